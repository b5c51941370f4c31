using LmModel.Generation;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Generation;

/// <summary>More generations than places: they are active in turn.</summary>
public sealed class TurnTakingTests
{
    [Theory]
    [InlineData(1, 3, 8)]
    [InlineData(2, 5, 8)]
    [InlineData(4, 40, 3)]
    [InlineData(128, 256, 8)]
    public async Task A_short_text_waits_only_for_one_quantum_of_each_text_before_it(
        int places, int longTexts, int quantum)
    {
        using var permits = new SemaphoreSlim(0);
        using var end = new CancellationTokenSource();
        var model = FakeStepModel.Repeating(permits, maxBatch: places);
        using var engine = Engine(model, places, longTexts + 1 - places, quantum);
        for (var i = 0; i < longTexts; i++)
        {
            Assert.NotNull(engine.TryStart(Repeat('L', 10_000), end.Token));
        }

        var shortText = engine.TryStart(Repeat('s', quantum), end.Token)!;
        permits.Release(1_000_000);

        await shortText.Events.LastAsync();

        var rounds = model.Calls;
        var first = Array.FindIndex(rounds, round => round.Contains('s'));
        // A round more, as the first generation may be stepped before the others are there.
        Assert.InRange(first, 0, ((longTexts / places) + 1) * quantum);
        await end.CancelAsync();
    }

    [Fact]
    public async Task Generations_get_their_quanta_in_order_of_arrival()
    {
        using var permits = new SemaphoreSlim(0);
        var model = FakeStepModel.Repeating(permits);
        using var engine = Engine(model, places: 1, waiting: 2, quantum: 2);
        var texts = "abc".Select(letter => engine.TryStart(Repeat(letter, 4), default)!).ToArray();
        permits.Release(100);

        foreach (var text in texts)
        {
            await text.Events.LastAsync();
        }

        Assert.Equal("aabbccaabbcc", string.Concat(model.Stepped.Select(token => (char)token)));
    }

    [Fact]
    public async Task A_generation_keeps_its_place_while_nothing_is_queued()
    {
        var model = FakeStepModel.Repeating();
        using var engine = Engine(model, places: 1, waiting: 0, quantum: 1);

        var done = (await engine.TryStart(Repeat('a', 50), default)!.Events.LastAsync()).Done;

        Assert.Equal(new string('a', 50), done?.Text);
        Assert.Equal((0, 0), (engine.Active, engine.Waiting));
    }

    private static GenerationEngine Engine(FakeStepModel model, int places, int waiting, int quantum) => new(
        model, new ByteTokenizer(), 0,
        new()
        {
            MaxActive = places,
            MaxWaiting = waiting,
            QuantumRounds = quantum,
            MaxBufferedEvents = 100_000,
            PrefixCacheBytes = 0,
        },
        TimeProvider.System);

    private static GenerationSettings Repeat(char letter, int tokens) => new()
    {
        PromptTokens = [letter],
        MaxTokens = tokens,
        Seed = 1,
        Sampling = new SamplingSettings { Temperature = 0 },
    };
}
