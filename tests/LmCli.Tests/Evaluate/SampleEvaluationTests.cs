using System.Globalization;
using LmModel.Checkpoints;

namespace LmCli.Tests.Evaluate;

public sealed class SampleEvaluationTests
{
    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    [Fact]
    public async Task Tables_compare_ways_to_draw_with_held_out_text_and_the_choice_is_saved()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "config.json", "tokenizer.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Tiny, file), folder[file]);
        }

        var text = Path.Combine(folder.Path, "text.txt");
        await File.WriteAllTextAsync(text, string.Concat(Enumerable.Range(0, 200)
            .Select(i => $"ROMEO:\nTo be, or not to be: {(char)('a' + (i % 26))}.\n\n")));

        var (code, output, error) = await LmProcess.RunAsync(
            "evaluate", folder.Path, text, "--split", "validation", "--validation", "0.5", "--samples", "--texts", "3",
            "--text-tokens", "100", "--way", "temperature=0", "--way", "temperature=1,top_k=3", "--against", Tiny,
            "--save-defaults");
        var lines = output.TrimEnd('\n').Split('\n');

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("3 texts of 100 tokens in each of 3 ways", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^\| temperature +\| unknown words +\| repeated 4-grams \|", lines[2]);
        Assert.Equal(
            ["held-out text", "0.8", "0", "1, top_k 3"], lines[4..8].Select(line => line.Split('|')[1].Trim()));
        var chosen = lines.Single(line => line.StartsWith("Chosen: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("| longest copied passage", StringComparison.Ordinal));
        var columns = lines.Last(line => line.StartsWith("|  ", StringComparison.Ordinal)).Split('|');
        Assert.Equal("tiny", columns[^2].Trim());
        var saved = ModelFolder.Open(folder.Path).Defaults.Sampling;
        Assert.Equal(chosen.Split(' ')[1].TrimEnd(','), saved.Temperature.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("--texts has no effect without --samples.", "--texts", "5")]
    [InlineData("--save-defaults has no effect without --samples.", "--save-defaults")]
    [InlineData("--way temperature must be from 0 to 2, not 3.", "--samples", "--way", "temperature=3")]
    [InlineData("--way top_k must be a number, not 'top_k=x'.", "--samples", "--way", "top_k=x")]
    [InlineData("--way 'heat=1' must be one of temperature", "--samples", "--way", "heat=1")]
    public async Task Wrong_options_are_refused(string expected, params string[] options)
    {
        var (code, _, error) = await LmProcess.RunAsync(["evaluate", Tiny, "text.txt", .. options]);

        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defaults_are_not_chosen_without_the_training_text()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["text.txt"], string.Concat(Enumerable.Repeat("To be, or not to be.\n", 99)));

        var (code, _, error) = await LmProcess.RunAsync(
            "evaluate", Tiny, folder["text.txt"], "--samples", "--save-defaults");

        Assert.Equal(1, code);
        Assert.Contains("needs to know what the model has read", error, StringComparison.Ordinal);
    }
}
