namespace LmApi.Tests.Support;

/// <summary>Compares an answer with a committed file; <c>UPDATE_GOLDEN=1 dotnet test</c> writes the files anew.</summary>
internal static class Golden
{
    public static void Matches(string file, string actual)
    {
        var path = Path.Combine(Repository.Root, "tests", "LmApi.Tests", file);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}

/// <summary>Finds the files of the repository from where the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "LmService.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not inside the repository.");
        }

        return folder;
    }
}
