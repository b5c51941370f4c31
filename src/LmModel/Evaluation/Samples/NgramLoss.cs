using LmModel.Evaluation.Ngrams;
using LmModel.Tokenization;

namespace LmModel.Evaluation.Samples;

/// <summary>
/// The bits that the best n-gram model of the training text takes for a byte of a text: low for what is said often, high
/// for what is odd.
/// </summary>
/// <param name="counts">Of the training text.</param>
/// <param name="tokenizer">With which it was counted.</param>
/// <param name="best">The best model of these counts on held-out text.</param>
internal sealed class NgramLoss(NgramCounts counts, Tokenizer tokenizer, NgramResult best) : ISampleMeasure
{
    public const string Title = "bits/byte under the best n-gram";

    public string Name => Title;

    public string Format => "F3";

    /// <remarks>All texts are scored at once, because a pass over the counts takes longer than the texts.</remarks>
    public IReadOnlyList<Share> Measure(IReadOnlyList<SampleText> texts, CancellationToken cancellation)
    {
        // By the tokenizer of the counts, which another model's may not be.
        var encoded = texts.Select(text => (
            Prompt: tokenizer.Encode(text.Prompt, cancellation), Text: tokenizer.Encode(text.Text, cancellation)))
            .ToList();
        int[] tokens = [.. encoded.SelectMany(text => text.Prompt.Concat(text.Text))];
        var nats = NgramScorer.Score(counts, tokens, best.Smoothing, cancellation).ElementAt(best.Order - 1);
        var shares = new Share[encoded.Count];
        for (var (i, place) = (0, 0); i < shares.Length; i++)
        {
            var (prompt, text) = encoded[i];
            // Nothing predicts the very first token.
            var begin = Math.Max(1, place + prompt.Length);
            var end = place + prompt.Length + text.Length;
            var bytes = tokens[begin..end].Sum(id => (long)tokenizer.TokenBytes(id).Length);
            shares[i] = new(nats[(begin - 1)..(end - 1)].Sum() / Math.Log(2), bytes);
            place = end;
        }

        return shares;
    }
}
