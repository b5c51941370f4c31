namespace LmService.Tests;

/// <summary>A folder of one test; gone with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lmmodel-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    /// <summary>The names of all files in it, hidden ones included, in order.</summary>
    public IEnumerable<string> Files => Directory.EnumerateFiles(Path).Select(System.IO.Path.GetFileName).Order()!;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
