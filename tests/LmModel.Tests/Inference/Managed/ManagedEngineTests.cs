using LmModel.Generation;
using LmModel.Inference.Managed;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Inference.Managed;

public sealed class ManagedEngineTests
{
    private const int Texts = 24;

    /// <summary>Every token and its log probability, to the bit.</summary>
    [Theory]
    [InlineData(Cell.Lstm, Precision.Int8)]
    [InlineData(Cell.Lstm, Precision.Fp32)]
    [InlineData(Cell.Gru, Precision.Bf16)]
    [InlineData(Cell.RnnRelu, Precision.Int8)]
    public async Task A_stream_is_identical_alone_and_beside_any_other_streams(Cell cell, Precision precision)
    {
        var (config, weights) = RandomNetwork.Of(cell, layers: 2, hidden: 37, embedding: 23, vocabulary: 256);
        var requests = Enumerable.Range(0, Texts).Select(Request).ToArray();
        using var single = new ManagedStepModel(weights, precision, threads: 1);
        using var several = new ManagedStepModel(weights, precision, threads: 3);
        var alone = new List<(int Id, float? Logprob)[]>();
        using (var engine = Engine(single, maxActive: 1, cacheBytes: 0))
        {
            foreach (var request in requests)
            {
                alone.Add(await ReadAsync(engine, request, yields: false));
            }
        }

        foreach (var maxActive in new[] { 2, 7, Texts })
        {
            using var engine = Engine(several, maxActive, cacheBytes: 1 << 20);
            var together = await Task.WhenAll(requests.Select((r, i) => ReadAsync(engine, r, yields: i % 3 == 0)));
            Assert.Equal(alone, together);
        }
    }

    private static GenerationEngine Engine(ManagedStepModel model, int maxActive, long cacheBytes) => new(
        model,
        new ByteTokenizer(),
        0,
            new()
            {
                MaxActive = maxActive,
                MaxWaiting = Texts,
                MaxBufferedEvents = 5,
                PrefixCacheBytes = cacheBytes,
                PrefixCacheInterval = 8,
            },
            TimeProvider.System);

    /// <summary>Some begin alike, some are echoed, some have a neural cache, and their lengths differ.</summary>
    private static GenerationSettings Request(int number)
    {
        var random = new Random(number % 16);
        return new()
        {
            PromptTokens = [.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(256))],
            MaxTokens = 1 + (number * 7 % 50),
            Seed = number,
            Echo = number % 5 == 0,
            NeuralCache = number % 3 == 0 ? new(1 + (number % 20), 0.5f, 0.4f) : null,
            Sampling = new SamplingSettings { Temperature = 0.9f, TopP = number % 2 == 0 ? 0.9f : 1 },
        };
    }

    private static async Task<(int Id, float? Logprob)[]> ReadAsync(
        GenerationEngine engine, GenerationSettings settings, bool yields)
    {
        var tokens = new List<(int, float?)>();
        await foreach (var next in engine.TryStart(settings, CancellationToken.None)!.Events)
        {
            if (next.Done is null)
            {
                tokens.Add((next.Token.Id, next.Token.Logprob));
            }

            if (yields)
            {
                await Task.Yield();
            }
        }

        return [.. tokens];
    }
}
