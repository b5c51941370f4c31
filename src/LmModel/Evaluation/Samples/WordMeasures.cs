namespace LmModel.Evaluation.Samples;

/// <summary>What is counted in words.</summary>
internal static class WordMeasures
{
    public const string Unknown = "unknown words";
    public const string UnknownLowerCase = "unknown words in lower case";
    public const string Repeated = "repeated 4-grams";
    public const string DistinctPairs = "distinct 2-grams";

    /// <summary>Words that the training text does not have, invented ones among them; of all words.</summary>
    public static ISampleMeasure UnknownTo(KnownWords known) => new TextMeasure(
        Unknown, "P2", text => Count(Words.Of(text), word => !known.Has(word)));

    /// <summary>The same, without those that begin with a capital, most of which are names; of all words.</summary>
    public static ISampleMeasure UnknownLowerCaseTo(KnownWords known) => new TextMeasure(
        UnknownLowerCase, "P2",
        text => Count(Words.Of(text), word => char.IsLower(word[0]) && !known.Has(word)));

    /// <summary>
    /// The share of the n-grams of words of a text that it has had before (seq-rep-n; Welleck et al. 2020, "Neural Text
    /// Generation with Unlikelihood Training", section 6.1).
    /// </summary>
    public static ISampleMeasure RepeatedNgrams(int n) => new TextMeasure(
        n == 4 ? Repeated : $"repeated {n}-grams", "P2",
        text => Ngrams(text, n) is var (distinct, all) ? new(all - distinct, all) : default);

    /// <summary>
    /// The share of the n-grams of words of a text that are different ones (distinct-n; Li et al. 2016, "A
    /// Diversity-Promoting Objective Function", section 5).
    /// </summary>
    public static ISampleMeasure DistinctNgrams(int n) => new TextMeasure(
        n == 1 ? "distinct words" : n == 2 ? DistinctPairs : $"distinct {n}-grams", "P1",
        text => Ngrams(text, n) is var (distinct, all) ? new(distinct, all) : default);

    private static (int Distinct, int All) Ngrams(SampleText text, int n)
    {
        var words = Words.Of(text).Select(Words.Key).ToArray();
        var all = Math.Max(0, words.Length - n + 1);
        var distinct = Enumerable.Range(0, all).Select(i => string.Join(' ', words.AsSpan(i, n)!)).Distinct().Count();
        return (distinct, all);
    }

    private static Share Count(IEnumerable<string> words, Func<string, bool> counts)
    {
        var (part, whole) = (0, 0);
        foreach (var word in words)
        {
            part += counts(word) ? 1 : 0;
            whole++;
        }

        return new(part, whole);
    }
}
