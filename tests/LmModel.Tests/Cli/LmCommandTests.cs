using System.Diagnostics;
using LmModel.Checkpoints;
using LmModel.Tests.Checkpoints;

namespace LmModel.Tests.Cli;

public sealed class LmCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LmCommandTests() => File.WriteAllText(
        Text, string.Concat(Enumerable.Range(0, 100).Select(i => $"Duck {i % 7} said to duck {i % 5}: quack, quack!\n")));

    private string Text => _folder["ducks.txt"];

    private string Model => _folder["ducks"];

    private string[] Train => ["train", Text, "--out", Model, "--hidden", "16", "--layers", "1", "--validate-every", "10"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_text_becomes_a_model_that_is_scored_and_speaks()
    {
        var (code, output, error) = await LmProcess.RunAsync([.. Train, "--steps", "20"]);
        Assert.True(code == 0, error);
        Assert.Contains("step 20/20  loss ", output);
        Assert.Contains("tokens/s", output);
        Assert.Contains("Steps: 20 of ", output);
        Assert.Equal(2, output.Split('\n').Count(l => l.Contains(": validation ")));
        Assert.Contains("\n  | ", output);
        Assert.Contains("Warning: ", output);
        Assert.Contains("Done: 20 steps, ", output);
        Assert.All(["loss.svg", "loss.png", "training.csv", "training.jsonl"], file => Assert.True(File.Exists(Path.Combine(Model, file)), file));
        var card = ModelFolder.Open(Model).Card;
        Assert.Contains($"lm train ducks.txt --out {Model} --hidden 16", card);

        var evaluated = await LmProcess.RunAsync("evaluate", Model, Text, "--split", "validation");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        Assert.All(evaluated.Out.TrimEnd().Split('\n'), line => Assert.Contains(line, output));

        // The training measured it already, on the same text.
        var quantized = await LmProcess.RunAsync("quantize", Model, Text, "--split", "validation");
        Assert.True(quantized.Code == 0, quantized.Error);
        Assert.All(quantized.Out.TrimEnd().Split('\n')[..^1], line => Assert.Contains(line, output));
        Assert.Equal(card, ModelFolder.Open(Model).Card);

        string[] generate = ["generate", Model, "Duck", "--max-tokens", "30", "--seed", "7"];
        var first = await LmProcess.RunAsync(generate);
        var second = await LmProcess.RunAsync(generate);
        Assert.True(first.Code == 0, first.Error);
        Assert.Equal(first.Out, second.Out);
        Assert.Equal(31, first.Out.Length);
        var torch = await LmProcess.RunAsync([.. generate, "--engine", "torch"]);
        var decoded = await LmProcess.RunAsync([.. generate, "--precision", "fp32", "--threads", "2"]);
        Assert.Equal((torch.Code, torch.Out), (decoded.Code, decoded.Out));
        Assert.Contains("[length; 4 + 30 tokens;", first.Error);
        Assert.Contains("seed 7]", first.Error);
    }

    [Fact]
    public async Task An_interrupt_saves_and_the_training_can_be_resumed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Sends SIGINT.");
        using (var process = LmProcess.Start([.. Train, "--steps", "1000000"]))
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("step ", StringComparison.Ordinal))
            {
            }

            using var kill = Process.Start("kill", ["-INT", process.Id.ToString()]);
            var (code, output, error) = await LmProcess.EndAsync(process);
            Assert.True(code == 130, error);
            Assert.Contains("Stopped and saved at step ", output);
        }

        var (resumedCode, _, refusal) = await LmProcess.RunAsync("train", Text, "--out", Model, "--resume", "--steps", "5");
        Assert.Equal((1, true), (resumedCode, refusal.Contains("leave out --steps")));

        using var resumed = LmProcess.Start("train", Text, "--out", Model, "--resume");
        string? began;
        do
        {
            began = await resumed.StandardOutput.ReadLineAsync();
        }
        while (began is not null && !began.StartsWith("resumed at step ", StringComparison.Ordinal));
        resumed.Kill();
        Assert.NotNull(began);
    }

    [Fact]
    public async Task A_time_is_planned_for_and_the_card_has_the_command_without_it()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "train", Text, "--out", Model, "--minutes", "0.01", "--layers", "1", "--tie-weights", "--sample-every", "0");

        Assert.True(code == 0, error);
        Assert.All(["Tokenizer: characters, because ", "Network: LSTM of 1 x ", " GFLOP/s", "Dropout: "], reason => Assert.Contains(reason, output));
        Assert.DoesNotContain("  | ", output);
        var card = ModelFolder.Open(Model).Card!;
        Assert.Matches(@"lm train ducks\.txt --out \S+ --layers 1 --tie-weights --tokenizer characters --cell lstm --hidden \d+ --embedding \d+ .* --steps \d+ ", card);
        Assert.DoesNotContain("--minutes", card);
        Assert.Contains("![Loss and learning rate over the epochs](loss.svg)", card);
    }

    [Fact]
    public async Task A_preset_is_a_recipe_that_options_change()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "train", Text, "--out", Model, "--preset", "tiny", "--steps", "3", "--hidden", "8");

        Assert.True(code == 0, error);
        Assert.Contains("Lstm 1 x 8, embedding 16,", output);
        Assert.Contains("--preset tiny --steps 3 --hidden 8", ModelFolder.Open(Model).Card);
    }

    [Fact]
    public async Task A_time_and_a_number_of_steps_are_not_both_taken()
    {
        var (code, _, error) = await LmProcess.RunAsync([.. Train, "--steps", "5", "--minutes", "1"]);

        Assert.Equal((1, "lm: --minutes and --steps say the same: give one of them.\n"), (code, error));
        Assert.False(Directory.Exists(Model));
    }

    [Fact]
    public async Task A_model_is_not_overwritten_unasked()
    {
        Directory.CreateDirectory(Model);
        File.WriteAllText(Path.Combine(Model, "precious"), "");

        var (code, _, error) = await LmProcess.RunAsync(Train);

        Assert.Equal(1, code);
        Assert.Contains("is not empty", error);
        Assert.Contains("--overwrite", error);
    }

    [Theory]
    [InlineData("train|none.txt", "lm: There is no file none.txt.")]
    [InlineData("generate|nowhere", "there is no such folder")]
    [InlineData("train|x|--cell|transformer", "'transformer' must be rnn_tanh, rnn_relu, gru or lstm.")]
    [InlineData("train|x|--tokenizer|words", "words")]
    [InlineData("train|x|--preset|gpt", "'shakespeare'")]
    [InlineData("train|x|--minutes|0", "--minutes must be from 0.01 to 100000, not 0.")]
    [InlineData("train|x|--minutes|soon", "soon")]
    [InlineData("train|x|--minutes|NaN", "--minutes must be from 0.01 to 100000, not NaN.")]
    [InlineData("train|x|--weight-drop|1", "--weight-drop must be from 0 to 0.95, not 1.")]
    [InlineData("train|x|--reset|2", "--reset must be from 0 to 1, not 2.")]
    [InlineData("train|x|--schedule|linear", "'linear' must be cosine or one-cycle.")]
    [InlineData("train|x|--initialization|zero", "'zero' must be uniform, orthogonal or identity.")]
    [InlineData("train|x|--arithmetic|int8", "'int8' must be fp32 or bf16.")]
    [InlineData("train|x|--threads|many", "many")]
    [InlineData("train|x|--sample-every|-1", "--sample-every must be from 0 to 2147483647, not -1.")]
    [InlineData("generate|x|--top-p|0", "--top-p must be above 0 and at most 1, not 0.")]
    [InlineData("generate|x|--typical-p|2", "--typical-p must be above 0 and at most 1, not 2.")]
    [InlineData("generate|x|--mirostat|1", "--mirostat must be 0 or 2, not 1; version 1 is not offered.")]
    [InlineData("generate|x|--mirostat-tau|0", "--mirostat-tau must be above 0 and at most 32, not 0.")]
    [InlineData("generate|x|--engine|onnx", "'managed'")]
    [InlineData("generate|x|--precision|1", "'int8'")]
    [InlineData("evaluate|x|y|--threads|0", "--threads must be at least 1, not 0.")]
    [InlineData("quantize|x|y|--protocol|both", "'contiguous'")]
    [InlineData("quantize|x|y|--validation|2", "--validation must be above 0 and at most 1, not 2.")]
    [InlineData("quantize|nowhere|y", "there is no such folder")]
    [InlineData("generate|x|--temperature|-1", "--temperature must be at least 0, not -1.")]
    public async Task A_wrong_command_says_what_is_wrong_and_nothing_else(string command, string expected)
    {
        var (code, output, error) = await LmProcess.RunAsync(command.Split('|'));

        Assert.Equal(1, code);
        Assert.Contains(expected, error);
        Assert.DoesNotContain("   at ", output + error);
    }
}
