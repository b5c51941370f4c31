namespace LmModel.Evaluation.Ngrams;

/// <summary>
/// What followed one context: the sum of the counts, and the number of tokens with a count of 1, 2 and more.
/// </summary>
internal struct ContextCounts
{
    public int Total;
    public int Ones;
    public int Twos;
    public int More;

    /// <summary>Number of distinct tokens that followed.</summary>
    public readonly int Types => Ones + Twos + More;

    /// <summary>The counts of all contexts of an order's n-grams, indexed by context id.</summary>
    /// <param name="table">The n-grams.</param>
    /// <param name="counts">The counts of the n-grams, indexed by id: occurrences or continuations.</param>
    /// <param name="contexts">Number of contexts.</param>
    public static ContextCounts[] Of(NgramTable table, ReadOnlySpan<int> counts, int contexts)
    {
        var all = new ContextCounts[contexts];
        for (var id = 0; id < counts.Length; id++)
        {
            ref var context = ref all[table.ContextOf(id)];
            context.Total += counts[id];
            switch (counts[id])
            {
                case 1:
                    context.Ones++;
                    break;
                case 2:
                    context.Twos++;
                    break;
                default:
                    context.More++;
                    break;
            }
        }

        return all;
    }
}
