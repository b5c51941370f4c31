using LmModel.Tokenization;

namespace LmModel.Evaluation;

/// <summary>
/// A text to be scored: its length in every unit, and the positions at which its loss is divided into pieces.
/// </summary>
internal sealed class ScoredText
{
    /// <summary>
    /// Number of UTF-8 bytes in a piece. Pieces are cut by bytes instead of tokens, so that the pieces of two models
    /// cover the same words of a text, whatever their tokenizers.
    /// </summary>
    public const int PieceBytes = 100;

    private readonly int[] _bytes;                                            // (n): bytes of each token
    private readonly long _characters;

    /// <param name="tokens">(n): at least 2 ids; the first one is given.</param>
    /// <param name="tokenizer">The tokenizer that encoded them.</param>
    /// <exception cref="ArgumentException">There is nothing to predict.</exception>
    public ScoredText(int[] tokens, Tokenizer tokenizer)
    {
        if (tokens.Length < 2)
        {
            throw new ArgumentException(
                $"A text of {tokens.Length} tokens leaves nothing to predict; it needs at least 2.",
                nameof(tokens));
        }

        _bytes = Array.ConvertAll(tokens, id => tokenizer.TokenBytes(id).Length);
        _characters = tokenizer.Decode(tokens.AsSpan(1)).EnumerateRunes().LongCount();
    }

    /// <param name="protocol">How it was scored.</param>
    /// <param name="window">Number of predictions per cold window; 0 for <see cref="Protocol.Contiguous"/>.</param>
    /// <param name="nats">(n − 1): −ln p of every token except the first.</param>
    public EvaluationResult Result(Protocol protocol, int window, ReadOnlySpan<double> nats)
    {
        var pieces = new List<LossPiece>();
        var (sum, bytes, place) = (0.0, 0L, (long)_bytes[0]);
        var piece = default(LossPiece);
        for (var i = 0; i < nats.Length; i++)
        {
            EndPieces(place);
            var length = _bytes[i + 1];
            piece = new(piece.Nats + nats[i], piece.Tokens + 1, piece.Bytes + length);
            (sum, bytes, place) = (sum + nats[i], bytes + length, place + length);
        }

        EndPieces(place);
        if (place % PieceBytes > 0)
        {
            pieces.Add(piece);
        }

        return new EvaluationResult(protocol, window, nats.Length, sum, _characters, bytes) { Pieces = pieces };

        // A token longer than a piece is followed by empty pieces.
        void EndPieces(long at)
        {
            for (; at >= (pieces.Count + 1L) * PieceBytes; piece = default)
            {
                pieces.Add(piece);
            }
        }
    }
}
