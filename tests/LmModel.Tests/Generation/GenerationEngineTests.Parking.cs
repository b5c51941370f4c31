namespace LmModel.Tests.Generation;

public sealed partial class GenerationEngineTests
{
    [Fact]
    public async Task A_parked_generation_leaves_the_batch_and_queues_again_once_it_has_been_read()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        using var engine = Engine(model, new() { MaxActive = 1, MaxWaiting = 2, MaxBufferedEvents = 4 });
        var slow = Start(engine, "S", 6);
        var events = slow.Events;
        var (next, last) = (Start(engine, "n", 3), Start(engine, "l", 1));

        // The slow one fills its buffer and is parked: the next one begins.
        permits.Release(4);
        await StepsBegin(model, 5);
        Assert.Equal("SSSSn", Turns(model));
        Assert.Equal((2, 1), (engine.Active, engine.Waiting));
        Assert.Equal(1, engine.Parked);

        // Half of it read, it stands in the queue again, after the last one.
        Assert.True(events.TryRead(out _));
        Assert.True(events.TryRead(out _));
        permits.Release(1000);
        Assert.Equal("nnn", await Text(next));
        Assert.Equal("l", await Text(last));
        Assert.Equal("SSSSnnnlSS", Turns(model));
        Assert.Equal("SSSSSS", await Text(slow));
        Assert.Equal((0, 0), (engine.Active, engine.Waiting));
    }

    [Fact]
    public async Task A_parked_generation_returns_only_when_half_of_its_events_have_been_read()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        using var engine = Engine(model, new() { MaxBufferedEvents = 6 });
        var slow = Start(engine, "S", 20);
        permits.Release(1000);
        await StepsBegin(model, 6);
        Assert.Equal("fff", await Text(Start(engine, "f", 3)));

        for (var read = 1; read <= 2; read++)
        {
            Assert.True(slow.Events.TryRead(out _));
            Assert.Equal("gg", await Text(Start(engine, "g", 2)));
            Assert.Equal(6, model.Stepped.Count(t => t == 'S'));
        }

        Assert.True(slow.Events.TryRead(out _));
        await StepsBegin(model, 7 + 3);
        Assert.Equal(new string('S', 20), await Text(slow));
    }

    [Fact]
    public async Task A_parked_generation_ends_at_once_on_cancellation_or_disposal()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        var engine = Engine(model, new() { MaxActive = 1, MaxWaiting = 2, MaxBufferedEvents = 1 });
        using var cancel = new CancellationTokenSource();
        var (a, b) = (Start(engine, "a", 9, cancel.Token), Start(engine, "b", 9));
        permits.Release(2);
        await StepsBegin(model, 2);
        var blocks = Start(engine, "c", 9);
        await StepsBegin(model, 1);

        await cancel.CancelAsync();

        Assert.Equal(2, engine.Active);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(a));
        var disposal = Task.Run(engine.Dispose);
        permits.Release(1000);
        await disposal.WaitAsync(Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Text(b));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Text(blocks));
    }

    [Fact]
    public async Task A_slow_reader_pauses_its_own_generation_only()
    {
        var model = FakeStepModel.Repeating();
        using var engine = Engine(model, new() { MaxBufferedEvents = 3 });
        var slow = Start(engine, "S", 50);
        await StepsBegin(model, 3);

        Assert.Equal(new string('f', 200), await Text(Start(engine, "f", 200)));

        Assert.Equal(3, model.Stepped.Count(t => t == 'S'));
        Assert.Equal(1, engine.Active);
        Assert.Equal(new string('S', 50), await Text(slow));
    }

    [Fact]
    public async Task A_paused_generation_can_be_cancelled()
    {
        var model = FakeStepModel.Repeating();
        using var engine = Engine(model, new() { MaxActive = 1, MaxBufferedEvents = 1 });
        using var cancel = new CancellationTokenSource();
        var paused = Start(engine, "P", 50, cancel.Token);
        await StepsBegin(model, 1);
        var next = Start(engine, "n", 2);

        await cancel.CancelAsync();

        Assert.Equal("nn", await Text(next));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(paused));
    }
}
