using LmModel.Generation;
using LmModel.Sampling;
using LmModel.Tokenization;
using Microsoft.Extensions.Time.Testing;

namespace LmModel.Tests.Generation;

/// <summary>Generations whose readers take nothing: they hold no place, and not forever.</summary>
public sealed class SlowReaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_generation_unread_for_too_long_ends_after_the_events_already_reported()
    {
        using var engine = Engine(new() { MaxActive = 1, MaxBufferedEvents = 4, NeuralCacheBytes = 1 });
        var unread = Start(engine, Settings(100) with { NeuralCache = new(10, 1, 0.5f) });
        await Parked(engine, 1);
        Assert.Null(engine.TryStart(Settings(1) with { NeuralCache = new(10, 1, 0.5f) }, default));

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, engine.Active);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((0, 0, 0), (engine.Active, engine.Parked, engine.Waiting));
        Assert.NotNull(engine.TryStart(Settings(1) with { NeuralCache = new(10, 1, 0.5f) }, default));
        for (var i = 0; i < 4; i++)
        {
            Assert.True(unread.Events.TryRead(out var next));
            Assert.Equal(i, next.Token.Index);
        }

        Assert.Contains("30 s", Assert.Throws<SlowReaderException>(() => unread.Events.TryRead(out _)).Message);
    }

    [Fact]
    public async Task A_slow_reader_that_reads_occasionally_does_not_time_out()
    {
        using var engine = Engine(new() { MaxBufferedEvents = 64 });
        var slow = Start(engine, Settings(100));
        await Parked(engine, 1);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(slow.Events.TryRead(out _));
            _time.Advance(TimeSpan.FromSeconds(29));
            Assert.Equal(1, engine.Parked);
        }

        // Twice the time after the last read is the longest that it may stay.
        _time.Advance(TimeSpan.FromSeconds(31));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(0, engine.Parked);
    }

    [Fact]
    public async Task Unread_generations_do_not_keep_places_from_others()
    {
        using var engine = Engine(new() { MaxActive = 2, MaxWaiting = 1, MaxBufferedEvents = 2 });
        for (var unread = 1; unread <= 50; unread++)
        {
            Start(engine, Settings(100));
            await Parked(engine, unread);
        }

        var read = Start(engine, Settings(7));
        Assert.Equal(7, (await read.Events.LastAsync()).Done!.CompletionTokens);
        Assert.Equal(50, engine.Parked);
    }

    [Fact]
    public async Task The_longest_parked_generation_ends_if_too_many_are_parked()
    {
        using var engine = Engine(new() { MaxActive = 1, MaxBufferedEvents = 1, MaxParked = 3 });
        var unread = new List<AdmittedGeneration>();
        for (var i = 0; i < 3; i++)
        {
            unread.Add(Start(engine, Settings(100)));
            await Parked(engine, i + 1);
        }

        Start(engine, Settings(100));
        await Until(() => engine.Active == 3);

        Assert.Equal(3, engine.Parked);
        Assert.True(unread[0].Events.TryRead(out _));
        Assert.Contains(
            "More than 3 generations",
            Assert.Throws<SlowReaderException>(() => unread[0].Events.TryRead(out _)).Message);
    }

    [Fact]
    public async Task Without_a_timeout_an_unread_generation_is_kept_indefinitely()
    {
        using var engine = Engine(new() { MaxBufferedEvents = 2, ParkedTimeout = Timeout.InfiniteTimeSpan });
        var paused = Start(engine, Settings(9));
        await Parked(engine, 1);

        _time.Advance(TimeSpan.FromDays(400));

        Assert.Equal(9, (await paused.Events.LastAsync()).Done!.CompletionTokens);
    }

    [Fact]
    public async Task A_parked_generation_ends_exactly_once()
    {
        using var cancel = new CancellationTokenSource();
        var engine = Engine(new() { MaxBufferedEvents = 2 });
        var (left, cut) = (engine.TryStart(Settings(9), cancel.Token)!, Start(engine, Settings(9)));
        await Parked(engine, 2);

        await cancel.CancelAsync();
        engine.Dispose();
        _time.Advance(TimeSpan.FromHours(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.Events.LastAsync().AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cut.Events.LastAsync().AsTask());
    }

    private GenerationEngine Engine(GenerationEngineOptions options) =>
        new(FakeStepModel.Repeating(maxBatch: 8), new ByteTokenizer(), 0, options, _time);

    private static AdmittedGeneration Start(GenerationEngine engine, GenerationSettings settings) =>
        Assert.IsType<AdmittedGeneration>(engine.TryStart(settings, CancellationToken.None));

    private static GenerationSettings Settings(int maxTokens) => new()
    {
        PromptTokens = ['a'],
        MaxTokens = maxTokens,
        Seed = 1,
        Sampling = new SamplingSettings { Temperature = 0 },
    };

    private static Task Parked(GenerationEngine engine, int count) => Until(() => engine.Parked == count);

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
