using LmModel.Checkpoints;

namespace LmCli.Tests;

public sealed class LmCommandTests : DuckTextTests
{
    [Fact]
    public async Task A_model_can_be_trained_scored_and_used_for_generation()
    {
        var (code, output, error) = await LmProcess.RunAsync([.. Train, "--steps", "20"]);
        Assert.True(code == 0, error);
        Assert.Contains("step 20/20  loss ", output);
        Assert.Contains("tokens/s", output);
        Assert.Contains("Steps: 20 of ", output);
        Assert.Equal(2, output.Split('\n').Count(l => l.Contains(": validation ")));
        Assert.Contains("\n  | ", output);
        Assert.Contains("warning: ducks.txt has only 3,700 characters", error);
        Assert.DoesNotContain("Warning: ", output);
        Assert.Contains("Done after 20 steps and ", output);
        Assert.All(
            ["loss.svg", "loss.png", "training.csv", "training.jsonl"],
            file => Assert.True(File.Exists(Path.Combine(Model, file)), file));
        var card = ModelFolder.Open(Model).Card;
        Assert.Contains($"lm train ducks.txt --out {Model} --hidden 16", card);

        var evaluated = await LmProcess.RunAsync("evaluate", Model, Text, "--split", "validation");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        var lines = evaluated.Out.TrimEnd().Split('\n');
        Assert.All(lines[..2], line => Assert.Contains(line, output));
        Assert.StartsWith("leak check: ", lines[2]);
        Assert.Contains("warning: this is mostly training text", lines[^1]);

        var compared = await LmProcess.RunAsync(
            "evaluate", Model, Text, "--protocol", "cold", "--against", Model, "--training-text", Folder.Path);
        Assert.True(compared.Code == 0, compared.Error);
        Assert.Contains("the first minus the second:\ncold windows of 256  0.0000 nats/token", compared.Out);
        Assert.Contains("(100.00 %) are in the training text verbatim.", compared.Out);
        Assert.Contains("of ducks.txt: \"Duck 0 said to duck 0: quack", compared.Out);

        // The training measured it already, on the same text.
        var quantized = await LmProcess.RunAsync("quantize", Model, Text, "--split", "validation");
        Assert.True(quantized.Code == 0, quantized.Error);
        Assert.All(quantized.Out.TrimEnd().Split('\n')[..^1], line => Assert.Contains(line, output));
        Assert.Equal(card, ModelFolder.Open(Model).Card);

        var stored = await LmProcess.RunAsync("quantize", Model, Text, "--split", "validation", "--store-bf16");
        Assert.True(stored.Code == 0, stored.Error);
        Assert.StartsWith("Stored the weights in bf16: ", stored.Out);

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
}
