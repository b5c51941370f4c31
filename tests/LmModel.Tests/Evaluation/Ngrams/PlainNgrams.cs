using LmModel.Evaluation.Ngrams;

namespace LmModel.Tests.Evaluation.Ngrams;

/// <summary>The equations of Chen and Goodman as they stand in the paper, counted again for every question.</summary>
internal sealed class PlainNgrams(int[] training, int vocabulary, Smoothing smoothing)
{
    private readonly Dictionary<string, int> _occurrences = Count(training);

    /// <summary>p of the last token after those before it.</summary>
    /// <param name="ngram">Context and token.</param>
    /// <param name="highest">It is of the model's own order, where Kneser-Ney counts occurrences.</param>
    public double Probability(ReadOnlySpan<int> ngram, bool highest)
    {
        if (ngram.IsEmpty)
        {
            return 1.0 / vocabulary;
        }

        var context = ngram[..^1].ToArray();
        var counts = Enumerable.Range(0, vocabulary).Select(w => Of([.. context, w], highest)).ToArray();
        double total = counts.Sum();
        var lower = Probability(ngram[1..], highest: false);
        if (total == 0)
        {
            return lower;
        }

        var count = counts[ngram[^1]];
        if (smoothing is Smoothing.WittenBell)
        {
            var types = counts.Count(c => c > 0);
            return (count + (types * lower)) / (total + types);
        }

        var d = Discounts(ngram.Length, highest);
        return (count - d[Math.Min(count, 3)] + (counts.Sum(c => d[Math.Min(c, 3)]) * lower)) / total;
    }

    private int Of(int[] ngram, bool highest) => smoothing is Smoothing.WittenBell || highest
        ? _occurrences.GetValueOrDefault(Key(ngram))
        : Enumerable.Range(0, vocabulary).Count(w => _occurrences.ContainsKey(Key([w, .. ngram])))
            + (training.AsSpan().StartsWith(ngram) ? 1 : 0);

    private readonly Dictionary<(int, bool), double[]> _discounts = [];

    private double[] Discounts(int order, bool highest)
    {
        if (!_discounts.TryGetValue((order, highest), out var d))
        {
            var n = new double[5];
            foreach (var ngram in _occurrences.Keys.Where(k => k.Split(' ').Length == order))
            {
                var count = Of([.. ngram.Split(' ').Select(int.Parse)], highest);
                n[Math.Min(count, 4)] += count <= 4 ? 1 : 0;
            }

            var y = n[1] / (n[1] + (2 * n[2]));
            d =
            [
                0,
                .. Enumerable
                    .Range(1, 3)
                    .Select(k => k - ((k + 1) * y * n[k + 1] / n[k]) is > 0 and var e && e < k ? e : k / 2.0),
            ];
            _discounts[(order, highest)] = d;
        }

        return d;
    }

    private static Dictionary<string, int> Count(int[] text)
    {
        var counts = new Dictionary<string, int>();
        for (var start = 0; start < text.Length; start++)
        {
            for (var n = 1; n <= 6 && start + n <= text.Length; n++)
            {
                var key = Key(text[start..(start + n)]);
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }
        }

        return counts;
    }

    private static string Key(int[] ngram) => string.Join(' ', ngram);
}
