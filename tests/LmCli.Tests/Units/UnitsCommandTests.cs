using System.Text.Json;

namespace LmCli.Tests.Units;

public sealed class UnitsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public UnitsCommandTests()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "models", "tiny")))
        {
            File.Copy(file, _folder[Path.GetFileName(file)]);
        }

        File.Delete(_folder["units.json"]);
        File.WriteAllText(_folder["text.txt"], Sentences(20_000));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Units_are_listed_and_recorded_in_the_model_folder()
    {
        var (code, output, error) = await LmProcess.RunAsync("units", _folder.Path, _folder["text.txt"]);
        var lines = output.TrimEnd('\n').Split('\n');

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("12,000 tokens of text.txt:", lines[0], StringComparison.Ordinal);
        Assert.Matches("^feature +layer +unit +AUC +p below +share +h is larger …$", lines[2]);
        Assert.Contains(lines, line => line.StartsWith("after:,", StringComparison.Ordinal));
        Assert.Contains("Control, the same labels at other tokens: 0 found.", lines);
        Assert.Equal($"Recorded in {_folder.Path}.", lines[^1]);
        var units = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["units.json"])).RootElement;
        Assert.Contains(
            "after:,", units.GetProperty("units").EnumerateArray().Select(u => u.GetProperty("feature").GetString()));
    }

    [Fact]
    public async Task Json_is_that_of_the_file_which_is_not_written_on_request()
    {
        string[] command = ["units", _folder.Path, _folder["text.txt"], "--json", "--after", "\n", "--after", "\n"];
        var (_, printed, _) = await LmProcess.RunAsync([.. command, "--print-only"]);
        Assert.DoesNotContain("units.json", _folder.Files);
        await LmProcess.RunAsync(command);

        Assert.Equal(await File.ReadAllTextAsync(_folder["units.json"]), printed);
        var features = JsonDocument.Parse(printed).RootElement.GetProperty("features");
        Assert.Equal("after:\n", features.EnumerateArray().Last().GetString());
    }

    [Fact]
    public async Task A_text_that_is_too_short_is_refused_with_the_length_that_it_takes()
    {
        await File.WriteAllTextAsync(_folder["text.txt"], Sentences(2000));
        var (code, output, error) = await LmProcess.RunAsync("units", _folder.Path, _folder["text.txt"]);

        Assert.Equal((1, ""), (code, output));
        Assert.Matches("The text has 2000 tokens; with 96 units and 7 features it takes at least [0-9]+", error);
        Assert.DoesNotContain("units.json", _folder.Files);
    }

    /// <summary>Words that do not exist, in lines.</summary>
    private static string Sentences(int length)
    {
        var random = new Random(1);
        var text = new System.Text.StringBuilder();
        while (text.Length < length)
        {
            var word = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => (char)random.Next('a', 'z')));
            text.Append(word).Append(random.Next(12) switch { 0 => ", ", 1 => ".\n", _ => " " });
        }

        return text.ToString(0, length);
    }
}
