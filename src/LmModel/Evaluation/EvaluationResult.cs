using System.Text;

namespace LmModel.Evaluation;

/// <summary>The loss of a model on a text by one protocol.</summary>
/// <param name="Protocol">How it was scored.</param>
/// <param name="Window">Tokens a cold window predicts; 0 for <see cref="Protocol.Contiguous"/>.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Nats">Sum of −ln p over them.</param>
/// <param name="Characters">Unicode characters of the text they stand for.</param>
/// <param name="Bytes">UTF-8 bytes of that text.</param>
public sealed record EvaluationResult(
    Protocol Protocol, int Window, long Tokens, double Nats, long Characters, long Bytes)
{
    /// <summary>
    /// The same by stretches of <see cref="ScoredText.PieceBytes"/> bytes of the text, in order: what a
    /// <see cref="BlockBootstrap"/> draws from.
    /// </summary>
    internal IReadOnlyList<LossPiece> Pieces { get; init; } = [];

    /// <summary>This, where its loss is a finite number: no other is a figure that can be told or compared.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    internal EvaluationResult RequireFinite() => double.IsFinite(Nats)
        ? this
        : throw new InvalidDataException(
            $"The loss of the text is {Nats} nats ({Protocol}, {Tokens} tokens): the model's weights make numbers "
                + "that are infinite or not numbers, so there is no figure to give.");

    /// <summary>Mean loss of a token, in nats.</summary>
    public double NatsPerToken => Nats / Tokens;

    /// <summary>exp of <see cref="NatsPerToken"/>.</summary>
    public double Perplexity => Math.Exp(NatsPerToken);

    /// <summary>Nats / ln 2 / <see cref="Characters"/>.</summary>
    public double BitsPerCharacter => Nats / Math.Log(2) / Characters;

    /// <summary>Nats / ln 2 / <see cref="Bytes"/>; the one figure that can be compared across vocabularies.</summary>
    public double BitsPerByte => Nats / Math.Log(2) / Bytes;

    public bool Equals(EvaluationResult? other) =>
        other is not null
        && (Protocol, Window, Tokens, Nats, Characters, Bytes)
            == (other.Protocol, other.Window, other.Tokens, other.Nats, other.Characters, other.Bytes)
        && Pieces.SequenceEqual(other.Pieces);

    public override int GetHashCode() => HashCode.Combine(Protocol, Window, Tokens, Nats, Characters, Bytes);

    /// <summary>The same loss for the characters and bytes of the text that was scored.</summary>
    /// <remarks>
    /// The text of the tokens may be another: words keep no white space, and read what they do not know as another
    /// word.
    /// </remarks>
    /// <param name="text">The whole text.</param>
    /// <param name="given">
    /// The bytes of its first token, which was not predicted. What the text begins with of them is not counted; a
    /// word's space may be missing there.
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
