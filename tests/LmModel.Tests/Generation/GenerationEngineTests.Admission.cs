using LmModel.Generation;
using LmModel.Sampling;

namespace LmModel.Tests.Generation;

public sealed partial class GenerationEngineTests
{
    [Fact]
    public async Task Generations_beyond_the_active_and_waiting_places_are_refused()
    {
        using var permits = new SemaphoreSlim(0);
        using var engine = Engine(FakeStepModel.Repeating(permits), new() { MaxActive = 2, MaxWaiting = 3 });

        var started = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => TryStart(engine, "x", 4))));

        var admitted = started.OfType<AdmittedGeneration>().ToArray();
        Assert.Equal((5, 2, 3), (admitted.Length, engine.Active, engine.Waiting));
        permits.Release(1000);
        Assert.All(await Task.WhenAll(admitted.Select(Text)), text => Assert.Equal("xxxx", text));
        Assert.Equal((0, 0), (engine.Active, engine.Waiting));
        Assert.NotNull(TryStart(engine, "x", 1));
    }

    [Fact]
    public async Task Prompt_tokens_beyond_the_waiting_limit_are_refused_unless_the_queue_is_empty()
    {
        using var permits = new SemaphoreSlim(0);
        using var engine = Engine(FakeStepModel.Repeating(permits), new() { MaxActive = 1, MaxWaitingTokens = 10 });
        using var impatient = new CancellationTokenSource();
        var running = Start(engine, new string('r', 50), 1);
        var longest = Start(engine, new string('l', 50), 1, impatient.Token);
        Assert.Null(TryStart(engine, "x", 1));

        await impatient.CancelAsync();
        var (a, b) = (Start(engine, "aaaaaa", 1), Start(engine, "bbbb", 1));
        Assert.Null(TryStart(engine, "x", 1));
        Assert.NotNull(TryStart(engine, "", 1));

        permits.Release(1000);
        Assert.Equal(["r", "a", "b"], await Task.WhenAll(Text(running), Text(a), Text(b)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(longest));
        Assert.NotNull(TryStart(engine, new string('x', 50), 1));
    }

    [Fact]
    public async Task Neural_caches_beyond_the_memory_limit_are_refused_until_others_end()
    {
        using var permits = new SemaphoreSlim(0);
        using var engine = Engine(FakeStepModel.Repeating(permits), new() { NeuralCacheBytes = 1000, MaxActive = 1 });
        using var impatient = new CancellationTokenSource();
        AdmittedGeneration? StartCached(CancellationToken token = default) =>
            engine.TryStart(
                Settings("c", 2) with
                {
                    NeuralCache = new(10, 1, 0.5f),
                    Sampling = new SamplingSettings { Temperature = 0 },
                },
                token);

        // One always may, whatever it takes; those without a cache are not counted.
        var waiting = Start(engine, "x", 1);
        var first = StartCached(impatient.Token);
        Assert.NotNull(first);
        Assert.Null(StartCached());
        var plain = Start(engine, "y", 1);

        // A place comes back however its holder ends: cancelled while it waits, cancelled before it began, at its end.
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(first));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(StartCached(impatient.Token)!));
        var second = StartCached();
        Assert.NotNull(second);
        Assert.Null(StartCached());
        permits.Release(1000);
        Assert.Equal(["x", "y", "cc"], await Task.WhenAll(Text(waiting), Text(plain), Text(second)));
        Assert.Equal("cc", await Text(Assert.IsType<AdmittedGeneration>(StartCached())));
    }

    [Fact]
    public async Task A_generation_with_a_neural_cache_reads_a_cached_prompt_again()
    {
        using var engine = Engine(FakeStepModel.Noisy(maxBatch: 4));
        var settings = Settings("some prompt that is long enough", 20) with { NeuralCache = new(100, 0.5f, 0.5f) };

        var unknown = await Tokens(engine, settings);
        await Tokens(engine, settings with { NeuralCache = null });
        var known = await Tokens(engine, settings);

        Assert.Equal(
            unknown.Select(t => (t.Token.Id, t.Token.Logprob)),
            known.Select(t => (t.Token.Id, t.Token.Logprob)));
        Assert.Equal(0, known[^1].Done?.CachedTokens);
    }
}
