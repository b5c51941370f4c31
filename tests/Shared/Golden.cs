namespace LmService.Tests;

/// <summary>Compares an answer with a committed file; <c>UPDATE_GOLDEN=1 dotnet test</c> writes the files anew.</summary>
internal static class Golden
{
    /// <param name="file">Path below <c>tests/</c>.</param>
    /// <param name="actual">What was answered.</param>
    public static void Matches(string file, string actual)
    {
        var path = Path.Combine(Repository.Root, "tests", file);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
