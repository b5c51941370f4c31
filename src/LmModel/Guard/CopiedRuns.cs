namespace LmModel.Guard;

/// <summary>Where a text has runs of the training text.</summary>
internal static class CopiedRuns
{
    /// <param name="filter">Of the training text; runs of <see cref="VerbatimFilter.Least"/> tokens or more are found.</param>
    /// <param name="tokens">The text.</param>
    /// <returns>The first token and the number of tokens of each; runs that overlap or touch are one.</returns>
    public static IReadOnlyList<(int Start, int Tokens)> Of(VerbatimFilter filter, ReadOnlySpan<int> tokens)
    {
        var runs = new List<(int Start, int Tokens)>();
        for (var start = 0; start + filter.Least <= tokens.Length; start++)
        {
            if (!filter.HasRun(tokens.Slice(start, filter.Least)))
            {
                continue;
            }

            if (runs.Count > 0 && runs[^1].Start + runs[^1].Tokens >= start)
            {
                runs[^1] = (runs[^1].Start, start + filter.Least - runs[^1].Start);
            }
            else
            {
                runs.Add((start, filter.Least));
            }
        }

        return runs;
    }
}
