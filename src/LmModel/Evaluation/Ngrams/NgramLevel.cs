namespace LmModel.Evaluation.Ngrams;

/// <summary>The n-grams of one order by their context, and how they mix with the order below.</summary>
internal sealed class NgramLevel
{
    private readonly NgramTable _table;
    private readonly int[] _starts; // (contexts + 1)
    private readonly int[] _ids; // by context: the ids of its n-grams
    private readonly int[] _tokens; // of those ids
    private readonly ContextCounts[] _contexts;
    private readonly KneserNeyDiscounts? _discounts;
    private readonly bool _continues;

    private NgramLevel(NgramTable table, int contexts, bool continues, Smoothing smoothing)
    {
        (_table, _continues) = (table, continues);
        var counts = Counts;
        _contexts = ContextCounts.Of(table, counts, contexts);
        _discounts = smoothing is Smoothing.KneserNey ? KneserNeyDiscounts.Of(counts) : null;
        _starts = new int[contexts + 1];
        for (var id = 0; id < table.Count; id++)
        {
            _starts[table.ContextOf(id) + 1]++;
        }

        for (var context = 0; context < contexts; context++)
        {
            _starts[context + 1] += _starts[context];
        }

        var next = _starts.AsSpan(0, contexts).ToArray();
        (_ids, _tokens) = (new int[table.Count], new int[table.Count]);
        for (var id = 0; id < table.Count; id++)
        {
            var place = next[table.ContextOf(id)]++;
            (_ids[place], _tokens[place]) = (id, table.TokenOf(id));
        }
    }

    private ReadOnlySpan<int> Counts => _continues ? _table.Continuations : _table.Occurrences;

    /// <param name="counts">The counts of the training text.</param>
    /// <param name="n">The order of this level.</param>
    /// <param name="order">The order of the model: below it, Kneser-Ney counts what precedes an n-gram.</param>
    /// <param name="smoothing">The kind of smoothing.</param>
    public static NgramLevel Of(NgramCounts counts, int n, int order, Smoothing smoothing) => new(
        counts[n], n == 1 ? 1 : counts[n - 1].Count, smoothing is Smoothing.KneserNey && n < order, smoothing);

    /// <summary>Turns the probabilities of the order below into those of this one.</summary>
    /// <param name="context">The id of the n − 1 tokens before; what never followed anything changes nothing.</param>
    /// <param name="probabilities">(V), in place.</param>
    public void Mix(int context, Span<double> probabilities)
    {
        if (context >= _contexts.Length || _contexts[context] is not { Total: > 0 } seen)
        {
            return;
        }

        double total = seen.Total + (_discounts is null ? seen.Types : 0);
        var lower = (_discounts?.Left(seen) ?? seen.Types) / total;
        foreach (ref var probability in probabilities)
        {
            probability *= lower;
        }

        var counts = Counts;
        for (var i = _starts[context]; i < _starts[context + 1]; i++)
        {
            var count = counts[_ids[i]];
            probabilities[_tokens[i]] += (count - (_discounts?.For(count) ?? 0)) / total;
        }
    }
}
