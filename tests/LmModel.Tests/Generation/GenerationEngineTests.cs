using System.Runtime.CompilerServices;
using System.Text;
using LmModel.Generation;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Generation;

public sealed class GenerationEngineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Active_generations_take_turns_of_one_token()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        using var engine = Engine(model);
        var a = Start(engine, "A", 5);
        await StepsBegin(model, 1);
        var (b, c) = (Start(engine, "B", 5), Start(engine, "C", 5));

        permits.Release(1000);
        await Task.WhenAll(Text(a), Text(b), Text(c));

        Assert.Equal("AABCABCABCABCBC", Turns(model));
    }

    [Fact]
    public async Task A_long_prompt_is_read_in_slices_between_the_tokens_of_the_others()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        using var engine = Engine(
            model,
            new()
            {
                MaxBufferedEvents = 1000,
                PromptSlice = 4,
                MaxRoundPromptTokens = 10,
                PrefixCacheBytes = 0,
            }
        );
        var prompted = Start(engine, new string('p', 500), 1);
        await StepsBegin(model, 1);
        var running = Start(engine, "r", 100);

        permits.Release(10_000);
        await Task.WhenAll(Text(prompted), Text(running));

        Assert.Equal(
            "pppppppppp" + "rppppp" + string.Concat(Enumerable.Repeat("rpppp", 99)) + new string('p', 89),
            Turns(model));
    }

    [Fact]
    public async Task Each_prompt_reads_a_slice_as_far_as_the_tokens_of_a_round_go()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits, maxBatch: 8);
        using var engine = Engine(model, new() { PromptSlice = 3, MaxRoundPromptTokens = 5 });
        var first = Start(engine, "1", 3);
        await StepsBegin(model, 1);
        var long2 = Start(engine, new string('2', 9), 1);
        var long4 = Start(engine, new string('4', 9), 1);

        permits.Release(1000);
        await Task.WhenAll(Text(first), Text(long2), Text(long4));

        // Two tokens each, beside the text and without it; those that end their prompts want logits.
        Assert.Equal("1" + "12244" + "12244" + "2244" + "2244" + "24", Turns(model));
    }

    [Fact]
    public async Task Prompts_in_the_middle_stand_last_and_give_no_logits()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits, maxBatch: 8);
        using var engine = Engine(model);
        var first = Start(engine, "1", 2);
        await StepsBegin(model, 1);
        var (prompt, short3) = (Start(engine, new string('p', 9), 1), Start(engine, "333", 1));

        permits.Release(1000);
        await Task.WhenAll(Text(first), Text(prompt), Text(short3));

        Assert.Equal("1" + "1333pppppppp" + "p", Turns(model));
        Assert.Equal([1, 2, 1], model.Rows);
    }

    [Fact]
    public async Task Batches_are_as_large_as_the_model_promises_to_be_invariant_for()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits, maxBatch: 2);
        using var engine = Engine(model);
        var a = Start(engine, "A", 3);
        await StepsBegin(model, 1);
        var (b, c) = (Start(engine, "B", 3), Start(engine, "C", 3));

        permits.Release(1000);
        var texts = await Task.WhenAll(Text(a), Text(b), Text(c));

        Assert.Equal(["AAA", "BBB", "CCC"], texts);
        Assert.Equal([1, 2, 1, 2, 1, 2], model.Batches);
    }

    [Fact]
    public async Task More_than_the_places_side_by_side_and_waiting_are_refused()
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
    public async Task More_prompt_tokens_than_may_wait_are_refused_unless_nobody_waits()
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
    public async Task Neural_caches_that_take_too_much_together_are_refused_until_others_have_ended()
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
    public async Task A_generation_with_a_neural_cache_reads_a_prompt_that_is_known()
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

    [Fact]
    public async Task A_parked_generation_gives_its_place_away_and_queues_again_once_it_has_been_read()
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
    public async Task A_parked_generation_comes_back_only_when_half_of_its_events_have_been_read()
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
    public async Task A_parked_generation_that_is_cancelled_ends_at_once_and_one_that_is_not_ends_with_the_engine()
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
    public async Task A_generation_cancelled_beforehand_takes_no_place()
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
    public async Task The_token_of_the_enumeration_cancels_the_generation_too()
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
    public async Task An_exception_in_a_step_ends_that_generation_and_no_other()
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

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_seed_gives_the_same_text_alone_and_among_others(int maxBatch)
    {
        var settings = Settings("once upon a time", 120) with { Seed = 99 };
        string alone;
        using (var engine = Engine(FakeStepModel.Noisy()))
        {
            alone = await Text(engine.TryStart(settings, default)!);
        }

        using var busy = Engine(FakeStepModel.Noisy(maxBatch), new() { MaxActive = 8, MaxBufferedEvents = 4 });
        for (var round = 0; round < 5; round++)
        {
            var random = new Random(round);
            var others = Enumerable.Range(0, 20).Select(i => Disturb(busy, random.Next(), i)).ToArray();
            Assert.Equal(alone, await Text(busy.TryStart(settings, default)!));
            await Task.WhenAll(others).WaitAsync(Patience);
        }
    }

    [Fact]
    public async Task Nothing_is_held_of_ten_thousand_generations()
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

    [Fact]
    public void Bounds_out_of_range_and_a_tokenizer_of_another_size_are_refused()
    {
        var model = FakeStepModel.Repeating();

        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { MaxActive = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { MaxWaiting = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { MaxWaitingTokens = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { MaxBufferedEvents = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { PromptSlice = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { MaxRoundPromptTokens = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { MaxParked = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { ParkedTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Engine(model, new() { ParkedTimeout = TimeSpan.FromDays(50) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { PrefixCacheBytes = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { PrefixCacheInterval = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(model, new() { NeuralCacheBytes = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new GenerationEngine(model, new ByteTokenizer(), 256, new(), TimeProvider.System));
    }

    /// <summary>A generation of random settings, read at a random pace and sometimes left in the middle.</summary>
    private static async Task Disturb(GenerationEngine engine, int seed, int number)
    {
        var random = new Random(seed);
        var prompt = new string((char)('a' + number), random.Next(60));
        var settings = Settings(prompt, 1 + random.Next(150)) with { Seed = seed };
        var patience = random.Next(300);
        await foreach (var _ in engine.TryStart(settings, default)!.Events)
        {
            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }

            if (patience-- == 0)
            {
                break;
            }
        }
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

    private static GenerationEngine Engine(FakeStepModel model, GenerationEngineOptions? options = null) =>
        new(model, new ByteTokenizer(), 0, options ?? new(), TimeProvider.System);

    private static AdmittedGeneration? TryStart(
        GenerationEngine engine, string prompt, int tokens, CancellationToken token = default) =>
        engine.TryStart(Settings(prompt, tokens) with { Sampling = new SamplingSettings { Temperature = 0 } }, token);

    private static AdmittedGeneration Start(
        GenerationEngine engine, string prompt, int tokens, CancellationToken token = default) =>
        Assert.IsType<AdmittedGeneration>(TryStart(engine, prompt, tokens, token));

    private static GenerationSettings Settings(string prompt, int maxTokens) => new()
    {
        PromptTokens = new ByteTokenizer().Encode(prompt),
        MaxTokens = maxTokens,
        Seed = 1,
    };

    private static async Task<string> Text(AdmittedGeneration generation)
    {
        using var patience = new CancellationTokenSource(Patience);
        GenerationEvent last = default;
        await foreach (var next in generation.Events.WithCancellation(patience.Token))
        {
            last = next;
        }

        return Assert.IsType<DoneEvent>(last.Done).Text;
    }

    private static async Task<List<GenerationEvent>> Tokens(GenerationEngine engine, GenerationSettings settings)
    {
        using var patience = new CancellationTokenSource(Patience);
        var events = new List<GenerationEvent>();
        await foreach (var next in engine.TryStart(settings, default)!.Events.WithCancellation(patience.Token))
        {
            events.Add(next);
        }

        return events;
    }

    private static string Turns(FakeStepModel model) =>
        Encoding.ASCII.GetString([.. model.Stepped.Select(t => (byte)t)]);

    private static async Task StepsBegin(FakeStepModel model, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(await model.Began.WaitAsync(Patience));
        }
    }
}
