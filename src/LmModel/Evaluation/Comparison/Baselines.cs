using System.Text;
using LmModel.Evaluation.Ngrams;
using LmModel.Tokenization;

namespace LmModel.Evaluation.Comparison;

/// <summary>What predicts a text without a network, in the unit in which everything can be compared.</summary>
/// <param name="Name">The method.</param>
/// <param name="BitsPerByte">Bits for a UTF-8 byte of the held-out text, once the training text is known.</param>
/// <param name="BitsPerByteAlone">The same without the training text; null where that was not measured.</param>
internal sealed record Baseline(string Name, double BitsPerByte, double? BitsPerByteAlone = null)
{
    /// <summary>
    /// It learns from the held-out text while it reads it, as compressors do and n-gram models do not.
    /// </summary>
    public bool LearnsWhileReading { get; init; }
}

/// <summary>Measures what a model of a text must beat: the best n-gram model and general compressors.</summary>
internal static class Baselines
{
    /// <summary>
    /// Characters at the end of a training text that are used at most; a longer text would take minutes and gigabytes.
    /// Of a longer held-out text, its beginning.
    /// </summary>
    public const int MostCharacters = 32_000_000;

    /// <summary>The best n-gram model first, then the compressors. About 10 s for a megabyte.</summary>
    /// <param name="training">What is known beforehand.</param>
    /// <param name="heldOut">What is to be predicted.</param>
    /// <param name="tokenizer">Whose tokens the n-grams are of. It must encode both texts.</param>
    /// <param name="order">The longest n-grams.</param>
    /// <param name="cancellation">Ends it soon; a compressor under way is left to itself.</param>
    /// <exception cref="ArgumentException">The held-out text has fewer than 2 tokens.</exception>
    public static IReadOnlyList<Baseline> Measure(
        string training,
        string heldOut,
        Tokenizer tokenizer,
        int order = NgramBaseline.DefaultOrder,
        CancellationToken cancellation = default)
    {
        (training, heldOut) = Cut(training, heldOut);
        var counts = new NgramCounts(order, tokenizer.VocabularySize);
        counts.Add(tokenizer.Encode(training, cancellation), cancellation);
        var best = NgramBaseline.Best(
            NgramBaseline.Measure(counts, tokenizer, tokenizer.Encode(heldOut, cancellation), cancellation));
        return [new(best.Name, best.Loss.BitsPerByte), .. Compression(training, heldOut, cancellation)];
    }

    /// <summary>
    /// The compressors, by what the held-out text adds to the training text: (C(training + held-out) − C(training)) /
    /// bytes, with C the bits of the compressed text.
    /// </summary>
    /// <exception cref="ArgumentException">The held-out text is empty.</exception>
    public static IReadOnlyList<Baseline> Compression(
        string training, string heldOut, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(heldOut);
        (training, heldOut) = Cut(training, heldOut);
        var both = Encoding.UTF8.GetBytes(training + heldOut);
        var known = Encoding.UTF8.GetByteCount(training);
        double bytes = both.Length - known;
        var figures = new List<Baseline>();
        foreach (var compressor in Compressor.All)
        {
            long SizeOf(ReadOnlyMemory<byte> text) => compressor.SizeOf(text, cancellation);
            figures.Add(new(
                compressor.Name,
                8 * (SizeOf(both) - SizeOf(both.AsMemory(0, known))) / bytes,
                8 * SizeOf(both.AsMemory(known)) / bytes)
            {
                LearnsWhileReading = true,
            });
        }

        return figures;
    }

    /// <summary>
    /// Whether texts are too long to be measured whole; then a summary of the figures should mention it.
    /// </summary>
    public static bool AreCut(string training, string heldOut) =>
        training.Length > MostCharacters || heldOut.Length > MostCharacters;

    private static (string Training, string HeldOut) Cut(string training, string heldOut) =>
        (training[WithoutHalf(training, training.Length - MostCharacters)..],
            heldOut[..WithoutHalf(heldOut, Math.Min(heldOut.Length, MostCharacters))]);

    /// <summary>A place to cut at, not between the halves of a character.</summary>
    private static int WithoutHalf(string text, int place)
    {
        var at = Math.Max(0, place);
        return at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }
}
