using System.Text.Json;
using LmModel.Checkpoints;
using LmModel.Files;

namespace LmModel.Keys;

/// <summary>
/// Reads and writes <c>keys.json</c>: a <c>format_version</c> and <c>keys</c>, a list of <see cref="ApiKey"/>.
/// </summary>
internal static class KeyFile
{
    /// <summary>The only version; a later one may give the same members another meaning.</summary>
    public const int FormatVersion = 1;

    /// <summary>A key that is sent is compared with all of them.</summary>
    public const int MostKeys = 1000;

    private const long MaxBytes = 1 << 20;
    private const string List = "keys";

    /// <exception cref="IOException">It is missing or cannot be read; the message names it.</exception>
    /// <exception cref="InvalidDataException">It is not a valid key file; the message has everything wrong.</exception>
    public static IReadOnlyList<ApiKey> Open(string path)
    {
        var problems = new ProblemList();
        IReadOnlyList<ApiKey>? keys = null;
        problems.Attempt(path, () =>
        {
            var found = new ProblemList();
            keys = Read(FolderFile.Read(path, MaxBytes), found);
            problems.AddAll(path, found);
        });
        return keys ?? throw new InvalidDataException(problems.Describe("The API keys cannot be read"));
    }

    /// <summary>The keys, or null if <paramref name="problems"/> received something.</summary>
    public static IReadOnlyList<ApiKey>? Read(ReadOnlySpan<byte> json, ProblemList problems)
    {
        var before = problems.Count;
        if (JsonMembers.Parse(json, "a list of API keys", problems) is not { } members)
        {
            return null;
        }

        JsonMembers.ReadVersion(members, FormatVersion, problems);
        JsonMembers.CheckItems<ApiKey>(members, List, problems);
        JsonMembers.Check<KeyList>(members, problems);
        if (problems.Count > before)
        {
            return null;
        }

        var keys = members.Deserialize<KeyList>(JsonMembers.Options)!.Keys;
        foreach (var problem in Problems(keys))
        {
            problems.Add(problem);
        }

        return problems.Count > before ? null : keys;
    }

    /// <summary>Changes the file, or creates it, so that a reader sees the old one or the new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="change">From the keys so far to those that take their place.</param>
    /// <exception cref="IOException">It cannot be read or written, or another process is changing it.</exception>
    /// <exception cref="InvalidDataException">What is there, or would be, is not valid.</exception>
    public static void Change(string path, Func<IReadOnlyList<ApiKey>, IReadOnlyList<ApiKey>> change)
    {
        using var gate = new FileStream(
            path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        var keys = change(FolderFile.Exists(path) ? Open(path) : []);
        if (Problems(keys).FirstOrDefault() is { } problem)
        {
            throw new InvalidDataException($"{path}: {problem}");
        }

        AtomicFile.Write(path, stream => Write(stream, keys));
    }

    public static void Write(Stream stream, IReadOnlyList<ApiKey> keys) =>
        JsonMembers.Write(stream, FormatVersion, new KeyList { Keys = keys });

    private static IEnumerable<string> Problems(IReadOnlyList<ApiKey> keys)
    {
        if (keys.Count > MostKeys)
        {
            yield return $"there are {keys.Count} keys; at most {MostKeys} are read";
        }

        foreach (var (index, key) in keys.Index())
        {
            foreach (var problem in key.Problems())
            {
                yield return $"{List}[{index}]: {problem}";
            }
        }

        foreach (var same in keys.GroupBy(key => key.Name).Where(same => same.Count() > 1))
        {
            yield return $"{same.Count()} keys have the name {ProblemList.Show(same.Key)}";
        }
    }

    /// <summary>The members of the file.</summary>
    private sealed record KeyList
    {
        public required IReadOnlyList<ApiKey> Keys { get; init; }
    }
}
