using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Managed;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Generation;

public sealed class PrefixCacheTests
{
    private const int StateSize = 2048;

    [Fact]
    public void A_prompt_continues_from_prompts_of_its_own_partition_only()
    {
        var cache = new PrefixCache(1 << 20);
        cache.Add("alice", null, [1, 2], State(1));
        Assert.Null(cache.Find("bob", [1, 2]));
        Assert.Null(cache.Find(null, [1, 2]));
        cache.Add("bob", null, [1, 2], State(2));
        cache.Add(null, null, [1, 2], State(3));

        Assert.Equal(1, cache.Find("alice", [1, 2, 3])!.State!.Values[0]);
        Assert.Equal(2, cache.Find("bob", [1, 2, 3])!.State!.Values[0]);
        Assert.Equal(3, cache.Find(null, [1, 2, 3])!.State!.Values[0]);
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void The_longest_cached_prefix_is_found_at_any_token()
    {
        var cache = new PrefixCache(1 << 20);
        var prompt = Enumerable.Range(0, 100).ToArray();
        var at = new[] { 3, 17, 18, 64 };
        PrefixCacheEntry? last = null;
        foreach (var length in at)
        {
            last = cache.Add(null, last, prompt.AsSpan(0, length), State(length));
        }

        for (var length = 0; length <= prompt.Length; length++)
        {
            var expected = at.LastOrDefault(n => n <= length);
            var found = cache.Find(null, prompt.AsSpan(0, length));
            Assert.Equal(expected, found?.Length ?? 0);
            Assert.Equal(expected, found?.State!.Values[0] ?? 0);
        }

        prompt[10] = 5;
        Assert.Equal(3, cache.Find(null, prompt)!.Length);
    }

    [Fact]
    public void The_least_recently_used_state_is_evicted_and_the_size_stays_below_the_bound()
    {
        var entry = (sizeof(float) * StateSize) + 1000;
        var cache = new PrefixCache(3 * entry);
        cache.Add(null, null, [1, 1], State(1));
        cache.Add(null, null, [2, 2], State(2));
        cache.Add(null, null, [3, 3], State(3));
        Assert.NotNull(cache.Find(null, [1, 1]));

        cache.Add(null, null, [4, 4], State(4));

        Assert.Null(cache.Find(null, [2, 2]));
        Assert.All(new[] { 1, 3, 4 }, n => Assert.NotNull(cache.Find(null, [n, n, 9])));
        Assert.InRange(cache.Bytes, 1, 3 * entry);
    }

    [Fact]
    public void A_cached_state_has_less_than_two_kilobytes_of_overhead_for_any_prompt_length()
    {
        const int Prompts = 200;
        var cache = new PrefixCache(1 << 30);
        for (var p = 0; p < Prompts; p++)
        {
            var prompt = Prompt(new Random(p), 4000);
            PrefixCacheEntry? last = null;
            for (var read = 250; read <= prompt.Length; read += 250)
            {
                last = cache.Add(null, last, prompt.AsSpan(0, read), State(p));
            }
        }

        Assert.Equal(Prompts * 16, cache.Count);
        Assert.InRange((cache.Bytes / cache.Count) - (sizeof(float) * StateSize), 1000, 2000);
    }

    [Fact]
    public void Tokens_are_released_when_no_state_needs_them_and_counted_again_when_one_does()
    {
        var cache = new PrefixCache((sizeof(float) * StateSize) + 2000);
        var first = cache.Add(null, null, [1, 2, 3], State(1));
        var second = cache.Add(null, first, [1, 2, 3, 4], State(2));
        Assert.Null(cache.Find(null, [1, 2, 3]));
        Assert.Equal(4, cache.Find(null, [1, 2, 3, 4, 5])!.Length);

        cache.Add(null, null, [9], State(3));
        var other = cache.Bytes;
        Assert.Equal(1, cache.Count);
        cache.Add(null, second, [1, 2, 3, 4, 5], State(4));

        Assert.Equal(1, cache.Count);
        Assert.True(cache.Find(null, [1, 2, 3, 4, 5])!.State!.Values[0] == 4);
        Assert.InRange(cache.Bytes, other + 300, other + 2000);
    }

    [Fact]
    public void A_cache_of_size_zero_keeps_nothing()
    {
        var cache = new PrefixCache(0);

        Assert.Null(cache.Add(null, null, [1], State(1)));
        Assert.Null(cache.Find(null, [1]));
    }

    [Theory]
    [InlineData(1, 1, 256)]
    [InlineData(2, 8, 7)]
    [InlineData(3, 3, 16)]
    public async Task The_cache_does_not_change_any_text(int seed, int maxBatch, int interval)
    {
        var random = new Random(seed);
        var options = new GenerationEngineOptions
        {
            MaxActive = 6,
            MaxWaiting = 1000,
            PrefixCacheInterval = interval,

            // Some fifty states, so that many are forgotten.
            PrefixCacheBytes = 50 * ((sizeof(float) * FakeStepModel.Noisy().StateSize) + 400),
        };
        using var cached = Engine(FakeStepModel.Noisy(maxBatch), options);
        using var plain = Engine(FakeStepModel.Noisy(maxBatch), options with { PrefixCacheBytes = 0 });
        var stems = Enumerable.Range(0, 6).Select(_ => Prompt(random, 80)).ToArray();
        var (hits, full) = (0, 0);
        for (var round = 0; round < 20; round++)
        {
            var requests = Enumerable.Range(0, 15).Select(_ => Request(random, stems)).ToArray();
            var with = await Task.WhenAll(requests.Select(r => EventsOf(cached, r)));
            var without = await Task.WhenAll(requests.Select(r => EventsOf(plain, r)));
            for (var i = 0; i < requests.Length; i++)
            {
                Assert.Equal(without[i].SkipLast(1).Select(Facts), with[i].SkipLast(1).Select(Facts));
                var done = with[i][^1].Done!;
                Assert.Equal(without[i][^1].Done!.Text, done.Text);
                Assert.InRange(done.CachedTokens, 0, requests[i].Echo ? 0 : done.PromptTokens);
                hits += done.CachedTokens > 0 ? 1 : 0;
                full += done.CachedTokens > 0 && done.CachedTokens == done.PromptTokens ? 1 : 0;
            }
        }

        Assert.InRange(hits, 40, 299);
        Assert.InRange(full, 5, 299);
    }

    [Theory]
    [InlineData("gru", Precision.Fp32)]
    [InlineData("lstm", Precision.Bf16)]
    [InlineData("lstm", Precision.Int8)]
    public async Task The_cache_does_not_change_texts_of_the_managed_model(
        string name,
        Precision precision)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new ManagedStepModel(fixture.Network, precision, threads: 2);
        using var second = new ManagedStepModel(fixture.Network, precision, threads: 1);
        var tokenizer = CharacterTokenizer.FromCorpus("abcdefghijk");
        var options = new GenerationEngineOptions { MaxActive = 5, MaxWaiting = 100, PrefixCacheInterval = 8 };
        using var cached = new GenerationEngine(model, tokenizer, 0, options, TimeProvider.System);
        using var plain = new GenerationEngine(
            second, tokenizer, 0, options with { PrefixCacheBytes = 0 }, TimeProvider.System);
        var random = new Random(3);
        var stem = Prompt(random, 40, tokenizer.VocabularySize);
        var hits = 0;
        for (var round = 0; round < 10; round++)
        {
            var requests = Enumerable.Range(0, 10).Select(seed => new GenerationSettings
            {
                PromptTokens =
                    [
                        .. stem[..random.Next(40)],
                        .. Prompt(random, random.Next(2) * 5, tokenizer.VocabularySize),
                    ],
                MaxTokens = 1 + random.Next(20),
                Seed = seed,
            }).ToArray();
            var with = await Task.WhenAll(requests.Select(r => EventsOf(cached, r)));
            var without = await Task.WhenAll(requests.Select(r => EventsOf(plain, r)));

            Assert.Equal(
                without.Select(e => e.SkipLast(1).Select(Facts)),
                with.Select(e => e.SkipLast(1).Select(Facts)));
            hits += with.Count(e => e[^1].Done!.CachedTokens > 0);
        }

        Assert.InRange(hits, 40, 99);
    }

    [Fact]
    public async Task A_completely_known_prompt_is_not_read_again()
    {
        var model = FakeStepModel.Noisy();
        using var engine = Engine(model, new());
        var settings = new GenerationSettings { PromptTokens = [1, 2, 3], MaxTokens = 1, Seed = 5 };
        var first = (await EventsOf(engine, settings))[^1].Done!;
        Assert.Equal([1, 2, 3], model.Stepped);

        var second = (await EventsOf(engine, settings))[^1].Done!;
        var longer = (await EventsOf(engine, settings with { PromptTokens = [1, 2, 3, 4] }))[^1].Done!;

        Assert.Equal([1, 2, 3, 4], model.Stepped);
        Assert.Equal(
            (first.Text, 0, 3, 3),
            (second.Text, first.CachedTokens, second.CachedTokens, longer.CachedTokens));
    }

    private static (int, int, string, float?) Facts(GenerationEvent e) =>
        (e.Token.Index, e.Token.Id, e.Token.Text, e.Token.Logprob);

    /// <summary>A prompt that often begins as another did, or is one.</summary>
    private static GenerationSettings Request(Random random, int[][] stems)
    {
        var stem = stems[random.Next(stems.Length)];
        int[] prompt = [.. stem[..(10 * random.Next(9))], .. Prompt(random, random.Next(3) * random.Next(20))];
        return new GenerationSettings
        {
            PromptTokens = prompt,
            MaxTokens = 1 + random.Next(12),
            Seed = random.Next(3),
            Echo = random.Next(8) == 0,
            Sampling = SamplingSettings.Unfiltered with { RepetitionPenalty = 1 + random.Next(2) },
        };
    }

    private static async Task<List<GenerationEvent>> EventsOf(GenerationEngine engine, GenerationSettings settings) =>
        await engine.TryStart(settings, CancellationToken.None)!.Events.ToListAsync();

    private static GenerationEngine Engine(FakeStepModel model, GenerationEngineOptions options) =>
        new(model, new ByteTokenizer(), 0, options, TimeProvider.System);

    private static int[] Prompt(Random random, int length, int vocabularySize = 256) =>
        [.. Enumerable.Range(0, length).Select(_ => random.Next(vocabularySize))];

    private static RecurrentState State(float mark)
    {
        var state = RecurrentState.Zero(StateSize);
        state.Values.Fill(mark);
        return state;
    }
}
