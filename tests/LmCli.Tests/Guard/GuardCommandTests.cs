using LmModel.Checkpoints;

namespace LmCli.Tests.Guard;

public sealed class GuardCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GuardCommandTests()
    {
        Directory.CreateDirectory(Model);
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "models", "tiny")))
        {
            File.Copy(file, Path.Combine(Model, Path.GetFileName(file)));
        }

        File.WriteAllText(Text, "ROMEO:\nThe that the that the that the that the that the that the thand the sear\n");
    }

    private string Model => _folder["tiny"];

    private string Text => _folder["text.txt"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_recorded_text_is_not_repeated_by_a_guarded_one()
    {
        var free = await GenerateAsync();
        await File.WriteAllTextAsync(Text, "ROMEO:" + free.Out);
        var recorded = await LmProcess.RunAsync("guard", Model, "--training", Text, "--verbatim", "12");
        var guarded = await GenerateAsync("--guard", "12");

        Assert.True(recorded.Code == 0, recorded.Error);
        Assert.Matches(
            @"^\d+ runs in 0\.0 MB\. Requests can refuse runs of 12 tokens or more; 0\.0\d\d\d % of the runs of 12 that "
                + @"the text does not have are taken for one of it\.\nRecorded in .*tiny\.\n$",
            recorded.Out);
        Assert.Equal(12, ModelFolder.Open(Model).Guard!.Least);
        Assert.Equal((0, 41), (guarded.Code, guarded.Out.Length));
        Assert.Matches(@"^\[length; 6 \+ 40 tokens; the guard acted at [1-9]\d*; first after", guarded.Error);
        var text = "ROMEO:" + guarded.Out;
        Assert.DoesNotContain(
            Enumerable.Range(0, text.Length - 12),
            start => ("ROMEO:" + free.Out).Contains(text.Substring(start, 12), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_measurement_shows_what_is_copied_without_and_with_the_guard()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "guard", Model, "--training", Text, "--verbatim", "12", "--measure", "1000", "--threads", "1");

        Assert.True(code == 0, error);
        Assert.Matches(@"\nwithout a guard +1,000 +\d+ +\d+ +[\d,]+\n", output);
        Assert.Matches(@"\nwith the guard +1,000 +0 +0 +[\d,]+\n", output);
        Assert.Contains("The guard acted at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_out_part_is_left_out()
    {
        await File.AppendAllTextAsync(Text, new string('x', 900) + "unheard of");

        var recorded = await LmProcess.RunAsync(
            "guard", Model, "--training", Text, "--verbatim", "8", "--validation", "0.01");

        Assert.True(recorded.Code == 0, recorded.Error);
        var folder = ModelFolder.Open(Model);
        Assert.True(folder.Guard!.HasRun(folder.Tokenizer.Encode("that the")));
        Assert.False(folder.Guard.HasRun(folder.Tokenizer.Encode("unheard of")));
    }

    [Fact]
    public async Task Without_a_filter_a_guarded_text_is_refused_with_the_command_that_makes_one()
    {
        var (code, output, error) = await GenerateAsync("--guard", "12");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("has no verbatim.filter, which lm guard MODEL --training TEXT makes", error);
    }

    private Task<(int Code, string Out, string Error)> GenerateAsync(params string[] more) => LmProcess.RunAsync(
        ["generate", Model, "ROMEO:", "--max-tokens", "40", "--temperature", "0", .. more]);
}
