using System.Text;

namespace LmModel.Evaluation;

/// <summary>The loss of a model on a text with one protocol.</summary>
/// <param name="Protocol">How it was scored.</param>
/// <param name="Window">Tokens that a cold window predicts; 0 for <see cref="Protocol.Contiguous"/>.</param>
/// <param name="Tokens">Number of tokens predicted.</param>
/// <param name="Nats">Sum of −ln p over them.</param>
/// <param name="Characters">Number of Unicode characters in the text of these tokens.</param>
/// <param name="Bytes">Number of UTF-8 bytes in that text.</param>
public sealed record EvaluationResult(
    Protocol Protocol, int Window, long Tokens, double Nats, long Characters, long Bytes)
{
    /// <summary>
    /// The same for pieces of <see cref="ScoredText.PieceBytes"/> bytes of the text, in order, from which a
    /// <see cref="BlockBootstrap"/> draws.
    /// </summary>
    internal IReadOnlyList<LossPiece> Pieces { get; init; } = [];

    /// <summary>Returns this result if its loss is finite; other losses cannot be reported or compared.</summary>
    /// <exception cref="InvalidDataException">The loss is not finite.</exception>
    internal EvaluationResult RequireFinite() => double.IsFinite(Nats)
        ? this
        : throw new InvalidDataException(
            $"The loss of the text is {Nats} nats ({Protocol}, {Tokens} tokens): the model's weights make numbers "
                + "that are infinite or NaN, so there is no figure.");

    /// <summary>Mean loss per token in nats.</summary>
    public double NatsPerToken => Nats / Tokens;

    /// <summary>exp of <see cref="NatsPerToken"/>.</summary>
    public double Perplexity => Math.Exp(NatsPerToken);

    /// <summary>Nats / ln 2 / <see cref="Characters"/>.</summary>
    public double BitsPerCharacter => Nats / Math.Log(2) / Characters;

    /// <summary>Nats / ln 2 / <see cref="Bytes"/>; the only figure that can be compared across vocabularies.</summary>
    public double BitsPerByte => Nats / Math.Log(2) / Bytes;

    public bool Equals(EvaluationResult? other) =>
        other is not null
        && (Protocol, Window, Tokens, Nats, Characters, Bytes)
            == (other.Protocol, other.Window, other.Tokens, other.Nats, other.Characters, other.Bytes)
        && Pieces.SequenceEqual(other.Pieces);

    public override int GetHashCode() => HashCode.Combine(Protocol, Window, Tokens, Nats, Characters, Bytes);

    /// <summary>The same loss, related to the characters and bytes of the original text.</summary>
    /// <remarks>
    /// The text of the tokens may differ from the original: a word tokenizer does not keep white space, and replaces
    /// unknown words with another word.
    /// </remarks>
    /// <param name="text">The whole text.</param>
    /// <param name="given">
    /// The bytes of the first token, which was not predicted. They are not counted if the text begins with them; a
    /// leading space of the token may be missing in the text.
    /// </param>
    internal EvaluationResult OfText(string text, ReadOnlySpan<byte> given)
    {
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        var bare = given.TrimStart((byte)' ');
        var first = bytes.StartsWith(given) ? given.Length : bytes.StartsWith(bare) ? bare.Length : 0;
        var predicted = bytes[first..];
        var characters = Encoding.UTF8.GetString(predicted).EnumerateRunes().LongCount();
        return this with { Characters = characters, Bytes = predicted.Length };
    }
}
