using System.Diagnostics;
using System.Globalization;
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

        // The best options of a search are those to go on with, and give the loss that it said.
        string[] contiguous = ["evaluate", Model, Text, "--protocol", "contiguous", "--split", "validation"];
        var searched = await LmProcess.RunAsync([.. contiguous, "--cache-search", "--cache-size", "100"]);
        Assert.True(searched.Code == 0, searched.Error);
        var lines = searched.Out.TrimEnd().Split('\n');
        var options = lines[^1].Split(' ');
        Assert.Equal("--cache-size 100 --cache-theta", string.Join(' ', options[..3]));
        var cached = await LmProcess.RunAsync([.. contiguous, .. options]);
        Assert.True(cached.Code == 0, cached.Error);
        Assert.Equal(NatsPerToken(lines[^2]), NatsPerToken(cached.Out), 2e-4);
        var spoken = await LmProcess.RunAsync([.. generate, .. options]);
        Assert.Equal((0, 31), (spoken.Code, spoken.Out.Length));
    }

    private static double NatsPerToken(string line) =>
        double.Parse(line.Split(" nats/token")[0].Split(' ')[^1], CultureInfo.InvariantCulture);

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
    [InlineData("generate|x|--top-p|0", "--top-p must be above 0 and at most 1, not 0.")]
    [InlineData("generate|x|--typical-p|2", "--typical-p must be above 0 and at most 1, not 2.")]
    [InlineData("generate|x|--mirostat|1", "--mirostat must be 0 or 2, not 1; version 1 is not offered.")]
    [InlineData("generate|x|--mirostat-tau|0", "--mirostat-tau must be above 0 and at most 32, not 0.")]
    [InlineData("generate|x|--engine|onnx", "'managed'")]
    [InlineData("generate|x|--precision|1", "'int8'")]
    [InlineData("evaluate|x|y|--threads|0", "--threads must be at least 1, not 0.")]
    [InlineData("evaluate|x|y|--cache-size|0", "--cache-size must be from 1 to 100000, not 0.")]
    [InlineData("evaluate|x|y|--cache-theta|-1", "--cache-theta must be from 0 to 1000, not -1.")]
    [InlineData("generate|x|--cache-lambda|1", "--cache-lambda must be at least 0 and below 1, not 1.")]
    [InlineData("evaluate|x|y|--cache-size|5", "go together; there is no --cache-theta and no --cache-lambda.")]
    [InlineData("evaluate|x|y|--cache-search", "--cache-search needs a --cache-size.")]
    [InlineData("evaluate|x|y|--cache-search|--cache-size|5|--cache-theta|1", "leave them out.")]
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
