using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Managed;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tests.Inference;
using LmModel.Tokenization;

namespace LmModel.Tests.Generation;

/// <remarks>
/// Where the whole process is counted, the runtime and the test runner allocate now and then on threads of their own,
/// the later the busier the machine. That only ever adds, so the least of several passes is what the code itself
/// allocates.
/// </remarks>
[Collection(RunsAlone.Name)]
public sealed class AllocationTests
{
    private const int Streams = 8;
    private const int Passes = 5;

    [Fact]
    public void A_step_allocates_nothing()
    {
        var (config, weights) = RandomNetwork.Of(Cell.Lstm, 2, hidden: 37, embedding: 23, vocabulary: 29);
        using var model = new ManagedStepModel(weights, Precision.Int8, threads: 2);
        var states = Enumerable.Range(0, 5).Select(_ => RecurrentState.Zero(model.StateSize)).ToArray();
        int[] tokens = [1, 2, 3, 4, 5], ones = [1, 1, 1, 1, 1];
        var logits = new float[5 * 29];
        model.Advance(tokens, ones, states, logits);

        var least = long.MaxValue;
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 1000; i++)
            {
                model.Advance(tokens, ones, states, logits);
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // The smallest object has 24 bytes: one a step would be twice as much.
        Assert.InRange(least, 0, 12_000);
    }

    [Fact]
    public void Writing_and_reading_an_event_allocates_nothing()
    {
        var events = new GenerationEventStream(64, () => { }, () => { });
        void Pass(int count)
        {
            for (var i = 0; i < count; i++)
            {
                events.Write(new(new TokenEvent(i, 1, "a", -1, [])));
                events.TryRead(out _);
            }
        }

        Pass(100);
        Assert.Equal(0, Allocations.Of(() => Pass(1000)));
    }

    /// <summary>
    /// The whole process is counted: decode thread, pool and readers. What a generation costs once is in both runs, so
    /// that the difference is that of the tokens.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task Two_thousand_more_tokens_of_each_stream_allocate_nothing(int awaited)
    {
        using var engine = new GenerationEngine(
            new Counting(), new ByteTokenizer(), 0, new() { PrefixCacheBytes = 0 }, TimeProvider.System);
        await AllocatedBy(engine, 3000, awaited);
        var (less, more) = (long.MaxValue, long.MaxValue);
        for (var pass = 0; pass < Passes; pass++)
        {
            less = Math.Min(less, await AllocatedBy(engine, 1000, awaited));
            more = Math.Min(more, await AllocatedBy(engine, 3000, awaited));
        }

        // The string at the end has two bytes per token.
        Assert.InRange(((double)(more - less) / (2000 * Streams)) - sizeof(char), -0.5, 0.5);
    }

    private static async Task<long> AllocatedBy(GenerationEngine engine, int tokens, int awaited)
    {
        var settings = new GenerationSettings
        {
            PromptTokens = [1],
            MaxTokens = tokens,
            Seed = 1,
            Sampling = new SamplingSettings { Temperature = 0 },
        };
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => Task.Run(
            () => Read(engine.TryStart(settings, CancellationToken.None)!.Events, awaited))));
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task Read(GenerationEventStream events, int awaited)
    {
        while (true)
        {
            while (events.TryRead(out var next))
            {
                if (next.Done is not null)
                {
                    return;
                }
            }

            await events.WaitAsync(awaited);
        }
    }

    /// <summary>A model whose most probable token is always the same.</summary>
    private sealed class Counting : IStepModel
    {
        public int VocabularySize => 256;

        public int StateSize => 1;

        public int MaxInvariantBatch => Streams;

        public void Advance(
            ReadOnlySpan<int> tokens,
            ReadOnlySpan<int> lengths,
            ReadOnlySpan<RecurrentState> states,
            Span<float> logits)
        {
            logits.Clear();
            for (var i = 0; i < logits.Length; i += VocabularySize)
            {
                logits[i + 'a'] = 9;
            }
        }

        public void Dispose()
        {
        }
    }
}
