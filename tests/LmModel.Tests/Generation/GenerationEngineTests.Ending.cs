using System.Runtime.CompilerServices;
using LmModel.Generation;

namespace LmModel.Tests.Generation;

public sealed partial class GenerationEngineTests
{
    [Fact]
    public async Task A_waiting_generation_that_is_cancelled_frees_its_place_at_once()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        using var engine = Engine(model, new() { MaxActive = 1, MaxWaiting = 1 });
        using var impatient = new CancellationTokenSource();
        var running = Start(engine, "A", 2);
        var waiting = Start(engine, "B", 2, impatient.Token);
        Assert.Null(TryStart(engine, "C", 2));

        await impatient.CancelAsync();

        Assert.Equal(0, engine.Waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(waiting));
        var next = Start(engine, "D", 2);
        permits.Release(1000);
        Assert.Equal(["AA", "DD"], await Task.WhenAll(Text(running), Text(next)));
        Assert.DoesNotContain('B', model.Stepped.Select(t => (char)t));
    }

    [Fact]
    public async Task A_generation_that_is_already_cancelled_does_not_take_a_place()
    {
        using var permits = new SemaphoreSlim(0);
        using var engine = Engine(FakeStepModel.Repeating(permits));

        var generation = Start(engine, "A", 2, new CancellationToken(canceled: true));

        Assert.Equal((0, 0), (engine.Active, engine.Waiting));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(generation));
    }

    [Fact]
    public async Task A_cancelled_generation_is_not_stepped_again()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        using var engine = Engine(model);
        using var cancel = new CancellationTokenSource();
        var generation = Start(engine, "A", 100, cancel.Token);
        await StepsBegin(model, 1);

        await cancel.CancelAsync();
        permits.Release(1000);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(generation));
        Assert.Equal(0, engine.Active);
        Assert.Single(model.Stepped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Abandoning_the_events_cancels_the_generation(int eventsRead)
    {
        using var engine = Engine(FakeStepModel.Repeating(), new() { MaxActive = 1 });
        var abandoned = Start(engine, "A", int.MaxValue).Events.GetAsyncEnumerator();
        for (var i = 0; i < eventsRead; i++)
        {
            Assert.True(await abandoned.MoveNextAsync().AsTask().WaitAsync(Patience));
        }

        var next = Start(engine, "n", 3);
        await abandoned.DisposeAsync();

        Assert.Equal("nnn", await Text(next));
    }

    [Fact]
    public async Task The_cancellation_token_of_the_enumeration_cancels_the_generation_too()
    {
        using var engine = Engine(FakeStepModel.Repeating());
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Start(engine, "A", int.MaxValue).Events.WithCancellation(cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });

        Assert.Equal(0, engine.Active);
    }

    [Fact]
    public async Task Events_can_be_read_only_once()
    {
        using var engine = Engine(FakeStepModel.Repeating());
        var generation = Start(engine, "A", 3);
        await Text(generation);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Text(generation));
    }

    [Fact]
    public async Task An_exception_in_a_step_ends_only_that_generation()
    {
        using var permits = new SemaphoreSlim(0);
        var model = new FakeStepModel(
            (token, _, logits) => logits[token] = token == '!' ? throw new InvalidDataException("!") : 20)
        {
            Permits = permits,
        };
        using var engine = Engine(model);
        var (good, bad) = (Start(engine, "g", 20), Start(engine, "!", 20));
        permits.Release(1000);

        await Assert.ThrowsAsync<InvalidDataException>(() => Text(bad));
        Assert.Equal(new string('g', 20), await Text(good));
        Assert.Equal("h", await Text(Start(engine, "h", 1)));
        Assert.Equal(0, engine.Active);
    }

    [Fact]
    public async Task Disposal_ends_running_and_waiting_generations_and_refuses_new_ones()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        var engine = Engine(model, new() { MaxActive = 1 });
        var (running, waiting) = (Start(engine, "A", 100), Start(engine, "B", 100));
        await StepsBegin(model, 1);

        var disposal = Task.Run(engine.Dispose);
        permits.Release(1000);
        await disposal.WaitAsync(Patience);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Text(running));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Text(waiting));
        Assert.Throws<ObjectDisposedException>(() => TryStart(engine, "C", 1));
        Assert.Equal((0, 0), (engine.Active, engine.Waiting));
        engine.Dispose();
    }

    [Fact]
    public async Task Ten_thousand_generations_leave_no_memory_behind()
    {
        using var longLived = new CancellationTokenSource();
        using var engine = Engine(FakeStepModel.Repeating());

        var ended = await RunMany(engine, 10_000, longLived.Token);

        // The decode thread may still be on its way from the last one to its rest: let it take one more turn. And each
        // thread of the pool that the system has just stopped may still hold the one that it was running.
        await Text(Start(engine, "A", 1));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(ended.Count(e => e.IsAlive), 0, 100);
        GC.KeepAlive(longLived);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<List<WeakReference>> RunMany(GenerationEngine engine, int count, CancellationToken token)
    {
        var ended = new List<WeakReference>();
        for (var i = 0; i < count; i++)
        {
            var generation = Start(engine, "A", 2, token);
            ended.Add(new WeakReference(generation.Events));
            await Text(generation);
        }

        return ended;
    }
}
