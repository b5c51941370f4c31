using System.Text;

namespace LmModel.Files;

/// <summary>Collects everything that is wrong with a file for a single message.</summary>
/// <remarks>
/// Keeps the first <see cref="MostListed"/> only, so that a hostile file cannot fill the memory with messages.
/// </remarks>
internal sealed class ProblemList
{
    public const int MostListed = 20;

    /// <summary>UTF-16 units of the longest name that is shown in full.</summary>
    private const int LongestName = 80;

    private readonly List<string> _listed = [];

    /// <summary>All problems, those beyond the listed ones included.</summary>
    public long Count { get; private set; }

    public void Add(string problem)
    {
        if (_listed.Count < MostListed)
        {
            // Escaped here, because every message passes through: file names, tensor names and tokens can be anything.
            _listed.Add(Printable.Line(problem));
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

    public void AddAll(ProblemList other)
    {
        other._listed.ForEach(Add);
        Count += other.Count - other._listed.Count;
    }

    /// <summary>The heading, then one line a problem.</summary>
    public string Describe(string heading)
    {
        var text = new StringBuilder(Printable.Line(heading)).Append(':');
        foreach (var problem in _listed)
        {
            text.Append("\n- ").Append(problem);
        }

        return Count > _listed.Count
            ? text.Append($"\n- and {Count - _listed.Count} more").ToString()
            : text.ToString();
    }

    /// <summary>
    /// Runs <paramref name="action"/> on a file; whatever it throws becomes a problem of that file.
    /// </summary>
    public void Attempt(string file, Action action)
    {
        try
        {
            action();
        }
        catch (SafeTensorsException e)
        {
            AddAll(file, e.Problems);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Add($"{file}: {e.Message}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The exceptions above are those of the readers. Any other is treated as an error in the file, too.
            Add($"{file}: cannot be read: {e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>A name from an untrusted file, short enough for a message.</summary>
    public static string Show(string name) =>
        Printable.Line(name.Length <= LongestName ? name : string.Concat(name.AsSpan(0, LongestName), "…"));
}
