using LmModel.Tokenization;

namespace LmModel.Evaluation.Ngrams;

/// <summary>The loss of one n-gram model, which counts and needs no network.</summary>
/// <param name="Smoothing">The kind of smoothing.</param>
/// <param name="Order">n: the model uses the n − 1 tokens before the one it predicts.</param>
/// <param name="Loss">Its loss on the scored text with the contiguous protocol.</param>
internal sealed record NgramResult(Smoothing Smoothing, int Order, EvaluationResult Loss)
{
    /// <summary>Its name in a sentence.</summary>
    public string Name => $"{(Smoothing is Smoothing.WittenBell ? "Witten-Bell" : "Kneser-Ney")} {Order}-gram";
}

/// <summary>The baseline that a network has to beat: n-gram models of all orders, counted on the training
/// text.</summary>
internal static class NgramBaseline
{
    /// <summary>
    /// Length of the longest n-grams if none is requested. The best model for a megabyte of characters has a lower
    /// order. With ten megabytes, Kneser-Ney still improves beyond this order, at about 200 MB of memory per additional
    /// order.
    /// </summary>
    public const int DefaultOrder = 8;

    /// <summary>
    /// Scores a text with the models of both kinds, for each of them in order from 1 to the order of the counts.
    /// </summary>
    /// <param name="counts">The counts of the training text.</param>
    /// <param name="tokenizer">The tokenizer that encoded both texts.</param>
    /// <param name="tokens">The text to score: at least 2 ids. The first one is given, and every other one is predicted
    /// once.</param>
    /// <param name="cancellation">Stops the scoring between two orders.</param>
    /// <exception cref="ArgumentException">There is nothing to predict, or an id is not a token.</exception>
    public static IReadOnlyList<NgramResult> Measure(
        NgramCounts counts, Tokenizer tokenizer, int[] tokens, CancellationToken cancellation = default)
    {
        var text = new ScoredText(tokens, tokenizer);
        return
        [
            .. from smoothing in Enum.GetValues<Smoothing>()
               from scored in NgramScorer.Score(counts, tokens, smoothing, cancellation).Index()
               select new NgramResult(smoothing, scored.Index + 1, text.Result(Protocol.Contiguous, 0, scored.Item)),
        ];
    }

    /// <summary>The result with the lowest loss. It is chosen on the scored text, which favours it slightly.</summary>
    public static NgramResult Best(IEnumerable<NgramResult> results) => results.MinBy(r => r.Loss.Nats)!;
}
