using System.Text;
using LmModel.Generation;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Generation;

public sealed partial class GenerationEngineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Active_generations_take_turns_after_every_token()
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
    public async Task Each_prompt_reads_a_slice_within_the_token_limit_of_a_round()
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
    public async Task Prompts_in_the_middle_come_last_and_have_no_logits()
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
    public async Task Batches_do_not_exceed_the_size_up_to_which_the_model_is_invariant()
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

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_seed_gives_the_same_text_alone_and_beside_others(int maxBatch)
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
