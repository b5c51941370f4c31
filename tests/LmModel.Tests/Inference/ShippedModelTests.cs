using LmModel.Checkpoints;
using LmModel.Generation;
using LmModel.Inference.Torch;
using LmModel.Sampling;

namespace LmModel.Tests.Inference;

public sealed class ShippedModelTests
{
    /// <summary>
    /// The most probable text of models/tiny: what file, tokenizer, network, engine and sampler add up to.
    /// </summary>
    [Fact]
    public async Task The_tiny_model_generates_what_it_always_did()
    {
        var folder = ModelFolder.Open(Path.Combine(Repository.Root, "models", "tiny"));
        using var model = new TorchStepModel(folder.ReadWeights());
        using var engine = new GenerationEngine(
            model,
            folder.Tokenizer,
            folder.Config.StartToken,
            new(),
            TimeProvider.System);
        var settings = new GenerationSettings
        {
            PromptTokens = folder.Tokenizer.Encode("ROMEO:"),
            MaxTokens = 300,
            Seed = 0,
            Echo = true,
            Sampling = new SamplingSettings { Temperature = 0 },
        };

        var events = await engine.TryStart(settings, CancellationToken.None)!.Events.ToListAsync();

        Golden.Matches("LmModel.Tests/Golden/tiny-greedy.txt", events[^1].Done!.Text);
    }
}
