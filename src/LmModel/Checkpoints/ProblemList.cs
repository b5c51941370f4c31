using System.Text;

namespace LmModel.Checkpoints;

/// <summary>Collects everything wrong with a file, so that one message can name it all.</summary>
/// <remarks>Keeps the first <see cref="MostListed"/> only: a hostile file must not fill the memory with complaints.</remarks>
internal sealed class ProblemList
{
    public const int MostListed = 20;

    private const int LongestName = 80;

    private readonly List<string> _listed = [];

    /// <summary>All problems, those beyond the listed ones included.</summary>
    public long Count { get; private set; }

    public void Add(string problem)
    {
        if (_listed.Count < MostListed)
        {
            _listed.Add(problem);
        }

        Count++;
    }

    public void AddAll(string prefix, ProblemList other)
    {
        foreach (var problem in other._listed)
        {
            Add($"{prefix}: {problem}");
        }

        Count += other.Count - other._listed.Count;
    }

    /// <summary>The heading, then one line a problem.</summary>
    public string Describe(string heading)
    {
        var text = new StringBuilder(heading).Append(':');
        foreach (var problem in _listed)
        {
            text.Append("\n- ").Append(problem);
        }

        return Count > _listed.Count ? text.Append($"\n- and {Count - _listed.Count} more").ToString() : text.ToString();
    }

    /// <summary>A name out of an untrusted file, fit for a terminal: short and without control characters.</summary>
    public static string Show(string name)
    {
        var text = new StringBuilder();
        foreach (var rune in name.EnumerateRunes().Take(LongestName))
        {
            text.Append(Rune.IsControl(rune) ? $"\\u{rune.Value:x4}" : rune.ToString());
        }

        return name.Length > LongestName ? text.Append('…').ToString() : text.ToString();
    }
}
