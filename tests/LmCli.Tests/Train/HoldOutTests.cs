using LmModel.Checkpoints;

namespace LmCli.Tests.Train;

public sealed class HoldOutTests : DuckTextTests
{
    [Fact]
    public async Task The_held_out_part_of_a_folder_is_scored_with_the_options_used_for_training()
    {
        var tales = Directory.CreateDirectory(Folder["tales"]).FullName;
        foreach (var name in (string[])["one", "two", "three"])
        {
            File.WriteAllText(Path.Combine(tales, $"{name}.txt"), $"{name} {File.ReadAllText(Text)}");
        }

        string[] held = ["--hold-out", "tw*"];
        var (code, output, error) = await LmProcess.RunAsync(
            ["train", tales, "--out", Model, "--hidden", "8", "--layers", "1", "--steps", "2", .. held]);
        Assert.True(code == 0, error);
        Assert.Contains("warning: 2 of 3 documents come again, 0 verbatim and 2 nearly so: three.txt", error);
        Assert.Contains("1 of its 3 documents", output);
        var card = ModelFolder.Open(Model).Card;
        Assert.Contains("were held out for validation and never trained on: two.txt.", card);
        Assert.Contains("`lm evaluate models/ducks tales --split validation --hold-out 'tw*'` reproduces them", card);
        Assert.Contains("`lm quantize models/ducks tales --split validation --hold-out 'tw*'`", card);

        var evaluated = await LmProcess.RunAsync(["evaluate", Model, tales, "--split", "validation", .. held]);
        Assert.True(evaluated.Code == 0, evaluated.Error);
        Assert.All(evaluated.Out.Split('\n')[..2], line => Assert.Contains(line, output));
        Assert.Contains("leak check: ", evaluated.Out);
        var quantized = await LmProcess.RunAsync(["quantize", Model, tales, "--split", "validation", .. held]);
        Assert.True(quantized.Code == 0, quantized.Error);
        Assert.Equal(card, ModelFolder.Open(Model).Card);

        var forgotten = await LmProcess.RunAsync(["evaluate", Model, tales, .. held]);
        Assert.Contains("--hold-out defines the validation split; add --split validation.", forgotten.Error);
        var both = await LmProcess.RunAsync([
            "evaluate",
            Model,
            tales,
            "--split",
            "validation",
            "--validation",
            "0.2",
            .. held,
        ]);
        Assert.Contains("--validation and --hold-out both define what is held out; give one of them.", both.Error);
    }

    [Fact]
    public async Task A_validation_text_within_the_training_text_is_reported_before_the_training()
    {
        File.WriteAllText(Folder["valid.txt"], File.ReadAllText(Text)[^800..]);

        var (code, output, error) = await LmProcess.RunAsync([
            .. Train,
            "--steps",
            "1",
            "--validation-text",
            Folder["valid.txt"],
        ]);

        Assert.True(code == 0, error);
        var lines = output.Split('\n');
        var leaks = Array.FindIndex(
            lines,
            l => l.StartsWith("leak check: 751 of 751 windows of 50 characters (100.00 %)", StringComparison.Ordinal));
        Assert.InRange(leaks, 0, Array.FindIndex(lines, l => l.StartsWith("step 1", StringComparison.Ordinal)));
        Assert.Contains("warning: this is mostly training text", output);
    }
}
