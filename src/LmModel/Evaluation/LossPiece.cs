namespace LmModel.Evaluation;

/// <summary>The loss of a short stretch of a scored text: of the tokens that begin in it.</summary>
/// <param name="Nats">Sum of −ln p.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Bytes">UTF-8 bytes of these tokens.</param>
internal readonly record struct LossPiece(double Nats, int Tokens, int Bytes);
