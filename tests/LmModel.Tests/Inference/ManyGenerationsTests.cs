using System.Diagnostics;
using LmModel.Checkpoints;
using LmModel.Inference;
using TorchSharp;

namespace LmModel.Tests.Inference;

[Collection(RunsAlone.Name)]
public sealed class ManyGenerationsTests
{
    private const int Generations = 10_000;
    private const int SideBySide = 8;
    private const long AllowedGrowth = 24 << 20;

    [Fact]
    public async Task After_ten_thousand_generations_no_tensor_lives_on_and_the_process_has_not_grown()
    {
        var folder = ModelFolder.Open(Path.Combine(Repository.Root, "models", "tiny"));
        using var model = new LiveTensorCount(new TorchStepModel(folder.Config, folder.ReadWeights()));
        using var engine = new GenerationEngine(model, folder.Tokenizer, folder.Config.StartToken, new(), TimeProvider.System);
        async Task Generate(int first, int count)
        {
            for (var seed = first; seed < first + count; seed++)
            {
                var settings = new GenerationSettings { PromptTokens = [seed % 60, 1], MaxTokens = 3 + seed % 5, Seed = seed };
                await engine.TryStart(settings, CancellationToken.None)!.Events.LastAsync();
            }
        }

        Task GenerateSideBySide(int each) =>
            Task.WhenAll(Enumerable.Range(0, SideBySide).Select(i => Task.Run(() => Generate(i * each, each))));

        await GenerateSideBySide(Generations / SideBySide / 5);
        var (tensors, memory) = (model.Live, Memory());
        await GenerateSideBySide(Generations / SideBySide);

        Assert.Equal(tensors, model.Live);
        Assert.InRange(Memory() - memory, long.MinValue, AllowedGrowth);
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <summary>Notes how many tensors live on the decode thread after each step: libtorch's scopes count by thread.</summary>
    private sealed class LiveTensorCount(IStepModel model) : IStepModel
    {
        public long Live { get; private set; }

        public int VocabularySize => model.VocabularySize;

        public int StateSize => model.StateSize;

        public void Advance(
            ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<RecurrentState> states, Span<float> logits)
        {
            model.Advance(tokens, lengths, states, logits);
            Live = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        }

        public void Dispose() => model.Dispose();
    }
}
