namespace LmModel.Evaluation;

/// <summary>The loss of a short piece of a scored text, summed over the tokens that begin in it.</summary>
/// <param name="Nats">Sum of −ln p.</param>
/// <param name="Tokens">Number of tokens predicted.</param>
/// <param name="Bytes">Number of UTF-8 bytes in these tokens.</param>
internal readonly record struct LossPiece(double Nats, int Tokens, int Bytes);
