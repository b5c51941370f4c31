using CsCheck;
using LmModel.Generation;
using LmModel.Guard;
using LmModel.Guard.Measurement;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Guard;

/// <summary>A model that knows its training text by heart, and a guard.</summary>
public sealed class GuardedGenerationTests
{
    private const int Run = 6;

    private static readonly string Trained = string.Join(' ', Filters.RandomTokens(600, 40, seed: 1)
        .Select(i => $"{(char)('a' + (i % 26))}{(char)('n' - (i % 7))}ling"));

    private static readonly BpeTokenizer Bpe = BpeTokenizer.Train(Trained, 300);

    private static readonly Gen<(int Start, int Length, float Temperature, int Seed)> Cases = Gen.Select(
        Gen.Int[0, Trained.Length - 100], Gen.Int[0, 60], Gen.OneOf(0f, 0.3f, 1f), Gen.Int[0, 1000]);

    [Fact]
    public async Task A_guarded_text_has_no_run_whether_its_tokens_or_its_letters_are_compared()
    {
        var copied = 0;
        await Property.HoldsAsync(Cases, 40, async c =>
        {
            var settings = Settings(c.Start, c.Length, c.Temperature, c.Seed);
            var (ids, done) = await GenerateAsync(settings);
            var (free, _) = await GenerateAsync(settings with { Guard = null });

            Assert.Equal(0, Copied(settings.PromptTokens, ids));
            Assert.True(done.Guarded > 0);
            Assert.Equal(80, ids.Length);
            copied += Copied(settings.PromptTokens, free);
        });
        Assert.InRange(copied, 1000, int.MaxValue);
    }

    [Fact]
    public async Task A_guarded_text_is_the_same_alone_in_company_and_from_the_prefix_cache()
    {
        GenerationSettings[] all =
            [.. Enumerable.Range(0, 12).Select(i => Settings(i * 37, 20 + (3 * i), i % 3 * 0.4f, i))];
        var alone = new List<int[]>();
        foreach (var settings in all)
        {
            alone.Add((await GenerateAsync(settings)).Ids);
        }

        using var model = Parrot();
        using var engine = Engine(model, maxActive: 5);
        var together = await Task.WhenAll(all.Select(settings => ReadAsync(engine.TryStart(settings, default)!)));
        var again = await Task.WhenAll(all.Select(settings => ReadAsync(engine.TryStart(settings, default)!)));

        Assert.Equal(alone, together.Select(text => text.Ids));
        Assert.Equal(alone, again.Select(text => text.Ids));
        Assert.All(again, text => Assert.Equal(text.Done.PromptTokens, text.Done.CachedTokens));
    }

    [Fact]
    public async Task A_text_that_is_continued_from_its_tokens_goes_on_as_if_it_had_not_ended()
    {
        for (var i = 0; i < 20; i++)
        {
            var settings = Settings(i * 53, 40, temperature: 0, seed: i);
            var (whole, _) = await GenerateAsync(settings);
            var half = settings with
            {
                PromptTokens = [.. settings.PromptTokens, .. whole[..(30 + i)]],
                MaxTokens = whole.Length - 30 - i,
            };

            Assert.Equal(whole[(30 + i)..], (await GenerateAsync(half)).Ids);
        }
    }

    [Fact]
    public async Task A_text_ends_where_every_token_would_complete_a_run()
    {
        int[][] trained = [.. Enumerable.Range(0, Bpe.VocabularySize).Select(id => new[] { 1, 2, 3, id })];
        var settings = new GenerationSettings
        {
            PromptTokens = [1, 2, 3],
            MaxTokens = 5,
            Seed = 1,
            Guard = VerbatimRule.Of(Filters.Of(4, trained), 4),
        };

        var (ids, done) = await GenerateAsync(settings);

        Assert.Empty(ids);
        Assert.Equal(
            (FinishReason.Guard, "", 0, 1), (done.FinishReason, done.Text, done.CompletionTokens, done.Guarded));
    }

    [Fact]
    public async Task A_text_without_a_guard_does_not_say_how_often_it_acted() =>
        Assert.Null((await GenerateAsync(Settings(0, 20, 0, 0) with { Guard = null })).Done.Guarded);

    private static GenerationSettings Settings(int start, int length, float temperature, int seed) => new()
    {
        PromptTokens = Bpe.Encode(Trained.Substring(start, length)),
        MaxTokens = 80,
        Seed = seed,
        Sampling = new SamplingSettings { Temperature = temperature },
        Guard = VerbatimRule.Of(Filters.Of(Run, Bpe.Encode(Trained)), Run),
    };

    private static int Copied(int[] prompt, int[] text)
    {
        int[] drawn = [.. prompt, .. text];
        var spelled = Bpe.Encode(Bpe.Decode(drawn));
        var from = spelled.AsSpan().CommonPrefixLength(prompt);
        var check = new CopyCheck(Run);
        check.Ask(drawn, prompt.Length);
        check.Ask(spelled, from);
        check.Read(Bpe.Encode(Trained));
        return check.Copied(drawn, prompt.Length) + check.Copied(spelled, from);
    }

    /// <summary>
    /// Continues its text from wherever the last token leads, in long tokens or short ones, and hardly knows anything
    /// else.
    /// </summary>
    private static FakeStepModel Parrot() => new(
        (token, memory, logits) =>
        {
            var said = Bpe.Decode([token]);
            var place = (int)memory[0];
            if (place > Trained.Length || !Trained.AsSpan(place).StartsWith(said, StringComparison.Ordinal))
            {
                var found = Trained.IndexOf(said, Math.Min(place, Trained.Length), StringComparison.Ordinal);
                place = found >= 0 ? found : Math.Max(0, Trained.IndexOf(said, StringComparison.Ordinal));
            }

            place += said.Length;
            memory[0] = place;
            for (var id = 0; id < Bpe.VocabularySize; id++)
            {
                var next = Bpe.Decode([id]);
                logits[id] = place < Trained.Length && Trained.AsSpan(place).StartsWith(next, StringComparison.Ordinal)
                    ? 8 + next.Length
                    : next.Length % 5;
            }
        },
        Bpe.VocabularySize)
    {
        MaxInvariantBatch = 8,
        Records = false,
    };

    private static GenerationEngine Engine(FakeStepModel model, int maxActive) => new(
        model, Bpe, startToken: 0, new GenerationEngineOptions { MaxActive = maxActive }, TimeProvider.System);

    private static async Task<(int[] Ids, DoneEvent Done)> GenerateAsync(GenerationSettings settings)
    {
        using var model = Parrot();
        using var engine = Engine(model, maxActive: 1);
        return await ReadAsync(engine.TryStart(settings, default)!);
    }

    private static async Task<(int[] Ids, DoneEvent Done)> ReadAsync(AdmittedGeneration generation)
    {
        var ids = new List<int>();
        await foreach (var item in generation.Events)
        {
            if (item.Done is { } done)
            {
                return ([.. ids], done);
            }

            ids.Add(item.Token.Id);
        }

        throw new InvalidOperationException("The stream ended without a done event.");
    }
}
