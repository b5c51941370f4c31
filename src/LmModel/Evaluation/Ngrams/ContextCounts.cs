namespace LmModel.Evaluation.Ngrams;

/// <summary>
/// What followed one context: the sum of the counts, and how many tokens have a count of 1, 2 and more.
/// </summary>
internal struct ContextCounts
{
    public int Total;
    public int Ones;
    public int Twos;
    public int More;

    /// <summary>Different tokens that followed.</summary>
    public readonly int Types => Ones + Twos + More;

    /// <summary>Of every context of an order's n-grams, by the id of the context.</summary>
    /// <param name="table">The n-grams.</param>
    /// <param name="counts">Their counts by id: occurrences or continuations.</param>
    /// <param name="contexts">How many contexts there are.</param>
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
