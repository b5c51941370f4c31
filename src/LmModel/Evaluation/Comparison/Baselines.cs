using System.Text;
using LmModel.Evaluation.Ngrams;
using LmModel.Tokenization;

namespace LmModel.Evaluation.Comparison;

/// <summary>A predictor of text without a network, measured in a unit that is comparable across methods.</summary>
/// <param name="Name">The method.</param>
/// <param name="BitsPerByte">Bits per UTF-8 byte of the held-out text, given the training text.</param>
/// <param name="BitsPerByteAlone">The same without the training text; null if it was not measured.</param>
internal sealed record Baseline(string Name, double BitsPerByte, double? BitsPerByteAlone = null)
{
    /// <summary>
    /// Whether the method learns from the held-out text while reading it, as compressors do; n-gram models do not.
    /// </summary>
    public bool LearnsWhileReading { get; init; }
}

/// <summary>Measures the baselines that a model has to beat: the best n-gram model and general-purpose
/// compressors.</summary>
internal static class Baselines
{
    /// <summary>
    /// Maximum number of characters that are used: the end of a longer training text and the beginning of a longer
    /// held-out text. More would take minutes and gigabytes.
    /// </summary>
    public const int MostCharacters = 32_000_000;

    /// <summary>The best n-gram model first, then the compressors. Takes about 10 s for a megabyte.</summary>
    /// <param name="training">The text that the predictors learn from.</param>
    /// <param name="heldOut">The text to predict.</param>
    /// <param name="tokenizer">The tokenizer for the n-grams. It must be able to encode both texts.</param>
    /// <param name="order">Length of the longest n-grams.</param>
    /// <param name="cancellation">Stops the measurement soon; a compressor that is already running continues in the
    /// background.</param>
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
    /// Measures the compressors by what the held-out text adds to the training text: (C(training + held-out) −
    /// C(training)) / bytes, where C is the size of the compressed text in bits.
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
    /// Whether the texts are too long to be measured whole; a summary of the figures should then mention it.
    /// </summary>
    public static bool AreCut(string training, string heldOut) =>
        training.Length > MostCharacters || heldOut.Length > MostCharacters;

    private static (string Training, string HeldOut) Cut(string training, string heldOut) =>
        (training[WithoutHalf(training, training.Length - MostCharacters)..],
            heldOut[..WithoutHalf(heldOut, Math.Min(heldOut.Length, MostCharacters))]);

    /// <summary>The nearest position at which a text can be cut without splitting a surrogate pair.</summary>
    private static int WithoutHalf(string text, int place)
    {
        var at = Math.Max(0, place);
        return at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }
}
