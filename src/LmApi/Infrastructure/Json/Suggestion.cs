namespace LmApi.Infrastructure.Json;

/// <summary>Did you mean …?</summary>
internal static class Suggestion
{
    /// <summary>The candidate with the fewest edits, if those are few for its length; otherwise null.</summary>
    public static string? For(string name, IEnumerable<string> candidates)
    {
        var folded = Fold(name);
        return candidates
            // At least as many edits are needed as the lengths differ, which excludes most candidates.
            .Where(candidate => Math.Abs(folded.Length - Fold(candidate).Length) <= MostEdits(candidate))
            .Select(candidate => (Candidate: candidate, Edits: Distance(folded, Fold(candidate))))
            .Where(pair => pair.Edits <= MostEdits(pair.Candidate))
            .OrderBy(pair => pair.Edits)
            .Select(pair => pair.Candidate)
            .FirstOrDefault();
    }

    private static int MostEdits(string candidate) => Math.Max(1, candidate.Length / 3);

    /// <summary>Edits from one to the other: insert, remove, replace, or swap neighbours (Damerau 1964).</summary>
    public static int Distance(string from, string to)
    {
        var d = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                d[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(d[i - 1, j], d[i, j - 1]) + 1,
                        d[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[from.Length, to.Length];
    }

    /// <summary>maxTokens, Max-Tokens and max_tokens are one name.</summary>
    private static string Fold(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
