using System.Diagnostics;
using LmModel.Checkpoints;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Torch;
using LmModel.Sampling;
using LmModel.Tokenization;
using TorchSharp;

namespace LmModel.Tests.Generation;

[Collection(RunsAlone.Name)]
public sealed class ManyGenerationsTests
{
    private const int Generations = 10_000;
    private const int RandomRequests = 100_000;
    private const int SideBySide = 8;
    private const long AllowedGrowth = 24 << 20;

    [Fact]
    public async Task After_ten_thousand_generations_no_tensor_is_left_and_the_process_has_not_grown()
    {
        var folder = ModelFolder.Open(Path.Combine(Repository.Root, "models", "tiny"));
        using var model = new LiveTensorCount(new TorchStepModel(folder.ReadWeights()));
        using var engine = new GenerationEngine(
            model,
            folder.Tokenizer,
            folder.Config.StartToken,
            new(),
            TimeProvider.System);
        async Task Generate(int first, int count)
        {
            for (var seed = first; seed < first + count; seed++)
            {
                var settings = new GenerationSettings
                {
                    PromptTokens = [seed % 60, 1],
                    MaxTokens = 3 + seed % 5,
                    Seed = seed,
                };
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

    [Fact]
    public async Task A_hundred_thousand_random_requests_leak_no_memory()
    {
        using var engine = new GenerationEngine(
            FakeStepModel.Repeating(maxBatch: 8, records: false),
            new ByteTokenizer(),
            0,
            new()
            {
                MaxActive = 6,
                MaxWaiting = 4,
                MaxBufferedEvents = 4,
                PrefixCacheInterval = 8,
                PrefixCacheBytes = 1 << 20,
            },
            TimeProvider.System);
        async Task Requests(int first, int count)
        {
            for (var seed = first; seed < first + count; seed++)
            {
                await RequestOfRandomShape(engine, new Random(seed));
            }
        }

        Task RequestsSideBySide(int each) =>
            Task.WhenAll(Enumerable.Range(0, SideBySide).Select(i => Task.Run(() => Requests(i * each, each))));

        await RequestsSideBySide(RandomRequests / SideBySide / 5);
        var (managed, memory) = (GC.GetTotalMemory(forceFullCollection: true), Memory());
        await RequestsSideBySide(RandomRequests / SideBySide);

        // One that was left ends before its next step, which may be after the last request has returned.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((engine.Active, engine.Waiting) != (0, 0))
        {
            await Task.Delay(1, patience.Token);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - managed, long.MinValue, 1 << 20);
        Assert.InRange(Memory() - memory, long.MinValue, AllowedGrowth);
    }

    /// <summary>Read to the end, read slowly, left in the middle, cancelled from outside, or refused.</summary>
    private static async Task RequestOfRandomShape(GenerationEngine engine, Random random)
    {
        var settings = new GenerationSettings
        {
            PromptTokens = [.. Enumerable.Repeat(random.Next(3), random.Next(20))],
            MaxTokens = 1 + random.Next(8),
            Seed = random.Next(),
            Stop = random.Next(4) == 0 ? ["\u0001\u0001"] : [],
            Alternatives = random.Next(8) == 0 ? 2 : 0,
            Echo = random.Next(8) == 0,
            Sampling = new SamplingSettings { Temperature = random.Next(2), TopK = random.Next(3) },
        };
        var way = random.Next(10);
        using var cancel = new CancellationTokenSource();
        try
        {
            if (engine.TryStart(settings, cancel.Token) is not { } generation)
            {
                return;
            }

            await foreach (var next in generation.Events)
            {
                switch (way)
                {
                    case 0 when next.Token.Index == 2:
                        return;
                    case 1 when next.Token.Index == 1:
                        await cancel.CancelAsync();
                        break;
                    case 2:
                        await Task.Yield();
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(1, way);
        }
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // Gives free memory back now rather than little by little, which would leave how much to chance.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <summary>
    /// Notes how many tensors live on the decode thread after each step: libtorch's scopes count by thread.
    /// </summary>
    private sealed class LiveTensorCount(IStepModel model) : IStepModel
    {
        public long Live { get; private set; }

        public int VocabularySize => model.VocabularySize;

        public int StateSize => model.StateSize;

        public void Advance(
            ReadOnlySpan<int> tokens,
            ReadOnlySpan<int> lengths,
            ReadOnlySpan<RecurrentState> states,
            Span<float> logits)
        {
            model.Advance(tokens, lengths, states, logits);
            Live = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        }

        public void Dispose() => model.Dispose();
    }
}
