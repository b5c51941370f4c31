namespace LmModel.Evaluation.Ngrams;

/// <summary>Scores a text with the n-gram models of all orders at once: each order builds on the one
/// below.</summary>
internal static class NgramScorer
{
    /// <summary>−ln p of every token except the first, which is given, under the models of order 1, 2, …</summary>
    /// <param name="counts">The counts of the training text.</param>
    /// <param name="tokens">(n): the text to score, at least 2 ids.</param>
    /// <param name="smoothing">The kind of smoothing.</param>
    /// <param name="cancellation">Stops the scoring between two orders.</param>
    /// <returns>(order, n − 1).</returns>
    /// <remarks>
    /// Below order 1 every token has the probability 1/V. The text has no history: near its beginning, contexts are
    /// only as long as the number of tokens before them allows. Interpolated Witten-Bell is Chen and Goodman 1998,
    /// equation 15: (c(h w) + T(h) p(w | h′)) / (c(h) + T(h)), where T(h) is the number of distinct tokens after h, and
    /// h′ is the context h without its first token.
    /// </remarks>
    public static IEnumerable<double[]> Score(
        NgramCounts counts, int[] tokens, Smoothing smoothing, CancellationToken cancellation = default)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            counts.Checked(tokens[i], i);
        }

        // By position: the id of the n tokens that end there, and the token's probability under the order below.
        var ending = new int[tokens.Length];
        var lower = new double[tokens.Length];
        Array.Fill(lower, 1.0 / counts.VocabularySize);
        for (var n = 1; n <= counts.Order; n++)
        {
            var (table, contexts) = (counts[n], n == 1 ? 1 : counts[n - 1].Count);
            var (before, ids) = (ending, new int[tokens.Length]);
            for (var i = 0; i < tokens.Length; i++)
            {
                if ((i & 0xFFFF) == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                ids[i] = Context(before, i, n) is >= 0 and var context ? table.Find(context, tokens[i]) : -1;
            }

            var occurrences = ContextCounts.Of(table, table.Occurrences, contexts);
            var probabilities = smoothing is Smoothing.WittenBell
                ? WittenBell(table, occurrences, before, ids, lower, n)
                : KneserNey(table.Occurrences, occurrences, before, ids, lower, n);
            yield return [.. probabilities.Skip(1).Select(p => -Math.Log(p))];
            if (n < counts.Order)
            {
                // For lower orders, Kneser-Ney counts how many distinct tokens precede an n-gram, not how often it
                // occurs.
                lower = smoothing is Smoothing.WittenBell
                    ? probabilities
                        : KneserNey(
                            table.Continuations,
                            ContextCounts.Of(table, table.Continuations, contexts),
                            before,
                            ids,
                            lower,
                            n);
                ending = ids;
            }
        }
    }

    private static double[] WittenBell(
        NgramTable table, ContextCounts[] contexts, int[] before, int[] ids, double[] lower, int n)
    {
        var occurrences = table.Occurrences;
        var probabilities = new double[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            var context = Context(before, i, n) is >= 0 and var id ? contexts[id] : default;
            var count = ids[i] < 0 ? 0 : occurrences[ids[i]];
            probabilities[i] = context.Total == 0
                ? lower[i]
                : (count + (context.Types * lower[i])) / (context.Total + context.Types);
        }

        return probabilities;
    }

    private static double[] KneserNey(
        ReadOnlySpan<int> counts, ContextCounts[] contexts, int[] before, int[] ids, double[] lower, int n)
    {
        var discounts = KneserNeyDiscounts.Of(counts);
        var probabilities = new double[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            var context = Context(before, i, n) is >= 0 and var id ? contexts[id] : default;
            var count = ids[i] < 0 ? 0 : counts[ids[i]];
            probabilities[i] = context.Total == 0
                ? lower[i]
                : (count - discounts.For(count) + (discounts.Left(context) * lower[i])) / context.Total;
        }

        return probabilities;
    }

    /// <summary>
    /// The id of the n − 1 tokens before a position; −1 if they do not occur in the training text, or if this text has
    /// fewer tokens there.
    /// </summary>
    private static int Context(int[] ending, int i, int n) => n == 1 ? 0 : i < n - 1 ? -1 : ending[i - 1];
}
