using System.Diagnostics;
using LmModel.Checkpoints;

namespace LmCli.Tests.Train;

public sealed class TrainCommandTests : DuckTextTests
{
    [Fact]
    public async Task An_interrupt_saves_and_the_training_can_be_resumed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Sends SIGINT.");
        using (var process = LmProcess.Start([.. Train, "--steps", "1000000"]))
        {
            while (
                await process.StandardOutput.ReadLineAsync() is { } line
                && !line.StartsWith("step ", StringComparison.Ordinal)
            ) { }

            using var kill = Process.Start("kill", ["-INT", process.Id.ToString()]);
            var (code, output, error) = await LmProcess.EndAsync(process);
            Assert.True(code == 130, error);
            Assert.Contains("Stopped and saved at step ", output);
        }

        var (resumedCode, _, refusal) = await LmProcess.RunAsync(
            "train",
            Text,
            "--out",
            Model,
            "--resume",
            "--steps",
            "5");
        Assert.Equal((1, true), (resumedCode, refusal.Contains("leave out --steps")));

        using var resumed = LmProcess.Start("train", Text, "--out", Model, "--resume");
        string? began;
        do
        {
            began = await resumed.StandardOutput.ReadLineAsync();
        }
        while (began is not null && !began.StartsWith("resumed at step ", StringComparison.Ordinal));
        await LmProcess.KillAsync(resumed);
        Assert.NotNull(began);
    }

    [Fact]
    public async Task A_timed_training_is_planned_and_the_card_shows_an_equivalent_command()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "train",
            Text,
            "--out",
            Model,
            "--minutes",
            "0.01",
            "--layers",
            "1",
            "--tie-weights",
            "--sample-every",
            "0");

        Assert.True(code == 0, error);
        Assert.All(
            ["Tokenizer: characters, because ", "Network: LSTM of 1 x ", " GFLOP/s", "Dropout: "],
            reason => Assert.Contains(reason, output));
        Assert.DoesNotContain("  | ", output);
        var card = ModelFolder.Open(Model).Card!;
        Assert.Matches(
            @"lm train ducks\.txt --out \S+ --layers 1 --tie-weights --tokenizer characters --cell lstm --hidden \d+ --embedding \d+ .* --steps \d+ ",
            card);
        Assert.DoesNotContain("--minutes", card);
        Assert.Contains("![Loss and learning rate over the epochs](loss.svg)", card);
    }

    [Fact]
    public async Task Options_override_the_values_of_a_preset()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "train", Text, "--out", Model, "--preset", "tiny", "--steps", "3", "--hidden", "8");

        Assert.True(code == 0, error);
        Assert.Contains("LSTM 1 x 8, embedding 16,", output);
        Assert.Contains("--preset tiny --steps 3 --hidden 8", ModelFolder.Open(Model).Card);
    }

    [Fact]
    public async Task A_time_and_a_number_of_steps_exclude_each_other()
    {
        var (code, _, error) = await LmProcess.RunAsync([.. Train, "--steps", "5", "--minutes", "1"]);

        Assert.Equal(1, code);
        Assert.EndsWith("lm: --minutes and --steps exclude each other; give one of them.\n", error);
        Assert.False(Directory.Exists(Model));
    }

    [Fact]
    public async Task A_model_is_not_overwritten_by_default()
    {
        Directory.CreateDirectory(Path.Combine(Model, "training"));

        var (code, _, error) = await LmProcess.RunAsync(Train);

        Assert.Equal(1, code);
        Assert.Contains("is not empty", error);
        Assert.Contains("--overwrite", error);
    }
}
