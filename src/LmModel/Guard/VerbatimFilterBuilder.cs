namespace LmModel.Guard;

/// <summary>Makes the filter of a text whose tokens come a few at a time. Its memory is that of the filter.</summary>
internal sealed class VerbatimFilterBuilder
{
    private readonly int _least;
    private readonly ulong[] _words;
    private readonly int[] _run;
    private int _count;
    private long _runs;

    /// <param name="least"><see cref="VerbatimFilter.Least"/>.</param>
    /// <param name="tokens">Number of tokens to come, at least about; more of them raise the false-positive
    /// rate.</param>
    public VerbatimFilterBuilder(int least, long tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, VerbatimFilter.MinLeast);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(least, VerbatimFilter.MaxRun);
        _least = least;
        _words = new ulong[(long)Math.Ceiling(Math.Max(1, tokens) * VerbatimFilter.BitsPerRun / 64)];
        _run = new int[VerbatimFilter.HeldFor(least)];
    }

    /// <summary>Forgets the last tokens: a run does not continue into the next text.</summary>
    public void EndText() => _count = 0;

    public void Add(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            _run.AsSpan(1).CopyTo(_run);
            _run[^1] = token;
            if (++_count >= _run.Length)
            {
                VerbatimFilter.Add(_words, _run);
                _runs++;
            }
        }
    }

    /// <param name="weightsSha256"><see cref="VerbatimFilter.WeightsSha256"/>.</param>
    public VerbatimFilter Build(string weightsSha256) => new(_least, _runs, _words, weightsSha256);
}
