using LmModel.Tokenization;

namespace LmModel.Evaluation.Ngrams;

/// <summary>The loss of one n-gram model: counting, no network.</summary>
/// <param name="Smoothing">Its kind.</param>
/// <param name="Order">n: it sees the n − 1 tokens before the one it predicts.</param>
/// <param name="Loss">Its loss on the scored text, by the contiguous protocol.</param>
internal sealed record NgramResult(Smoothing Smoothing, int Order, EvaluationResult Loss)
{
    /// <summary>Its name in a sentence.</summary>
    public string Name => $"{(Smoothing is Smoothing.WittenBell ? "Witten-Bell" : "Kneser-Ney")} {Order}-gram";
}

/// <summary>What a network must beat: n-gram models of all orders, counted on the training text.</summary>
internal static class NgramBaseline
{
    /// <summary>
    /// The longest n-grams where none are asked for: the best of a megabyte of characters are shorter. Of ten megabytes
    /// Kneser-Ney gains beyond it, at some 200 MB of memory for every order more.
    /// </summary>
    public const int DefaultOrder = 8;

    /// <summary>
    /// Scores a text with the models of both kinds and of order 1 to that of the counts, in this order.
    /// </summary>
    /// <param name="counts">Of the training text.</param>
    /// <param name="tokenizer">That made the ids of both texts.</param>
    /// <param name="tokens">The text to score: at least 2 ids, of which the first is given and every other predicted
    /// once.</param>
    /// <param name="cancellation">Ends it between two orders.</param>
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

    /// <summary>The one with the lowest loss. Chosen on the scored text, which flatters it a little.</summary>
    public static NgramResult Best(IEnumerable<NgramResult> results) => results.MinBy(r => r.Loss.Nats)!;
}
