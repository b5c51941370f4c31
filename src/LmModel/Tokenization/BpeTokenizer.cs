using Microsoft.ML.Tokenizers;
using Encoder = Microsoft.ML.Tokenizers.BpeTokenizer;

namespace LmModel.Tokenization;

/// <summary>
/// Byte-level byte pair encoding (Sennrich et al. 2016; over bytes: Radford et al. 2019): frequent byte sequences
/// inside of words are one token. Every byte is a token too, so every text has tokens.
/// </summary>
/// <remarks>
/// Encoding is done by Microsoft.ML.Tokenizers. A lone surrogate, which has no UTF-8, is read as U+FFFD.
/// </remarks>
internal sealed class BpeTokenizer : Tokenizer
{
    private readonly string[] _vocabulary;
    private readonly byte[][] _bytes;
    private readonly (string Left, string Right)[] _merges;
    private readonly Encoder _encoder;

    /// <param name="vocabulary">The tokens by id, in the letters of <see cref="ByteAlphabet"/>.</param>
    /// <param name="merges">Pairs of tokens that join, the first learned first.</param>
    /// <exception cref="ArgumentException">They are inconsistent; the message says where.</exception>
    internal BpeTokenizer(IReadOnlyList<string> vocabulary, IReadOnlyList<(string Left, string Right)> merges)
    {
        _vocabulary = [.. vocabulary];
        _merges = [.. merges];
        _bytes = BpeVocabulary.Validate(_vocabulary, _merges);
        _encoder = Encoder.Create(
            new BpeOptions(_vocabulary.Select((token, id) => KeyValuePair.Create(token, id)))
            {
                Merges = _merges.Select(merge => $"{merge.Left} {merge.Right}"),
                PreTokenizer = new RegexPreTokenizer(PreTokens.Pattern, specialTokens: null),
                ByteLevel = true,
            });
    }

    public override string Kind => "bpe";

    public override int VocabularySize => _vocabulary.Length;

    /// <summary>The tokens by id, in the letters of <see cref="ByteAlphabet"/>.</summary>
    internal IReadOnlyList<string> Vocabulary => _vocabulary;

    internal IReadOnlyList<(string Left, string Right)> Merges => _merges;

    /// <summary>
    /// Learns from <paramref name="text"/>: the 256 bytes, then the most frequent pair again and again.
    /// </summary>
    /// <param name="text">The corpus.</param>
    /// <param name="vocabularySize">
    /// Requested number of tokens, at least 256. There are fewer if no pair of tokens occurs twice.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabularySize"/> is below 256.</exception>
    public static BpeTokenizer Train(string text, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Train([text], vocabularySize);
    }

    /// <summary>The same for a text in pieces: one of them and the distinct words are in memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabularySize"/> is below 256.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static BpeTokenizer Train(
        IEnumerable<string> pieces, int vocabularySize, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 256);
        return new BpeTrainer(pieces, cancellation).Train(vocabularySize);
    }

    private protected override int[] EncodeNormalized(string text)
    {
        // The library drops lone surrogates or fails on them.
        return [.. _encoder.EncodeToIds(WellFormed(text), considerNormalization: false)];
    }

    internal override int LastCut(string text) => PreTokens.LastCut(text);

    public override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[CheckedId(id)];
}
