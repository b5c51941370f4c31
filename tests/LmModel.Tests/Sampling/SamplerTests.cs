using LmModel.Numerics;
using LmModel.Sampling;

namespace LmModel.Tests.Sampling;

public sealed partial class SamplerTests
{
    private static readonly SamplingSettings Everything = new()
    {
        Temperature = 0.8f,
        TopK = 40,
        TopP = 0.95f,
        MinP = 0.01f,
        TypicalP = 0.9f,
        Mirostat = 2,
        MirostatTau = 3,
        RepetitionPenalty = 1.1f,
        PresencePenalty = 0.1f,
        FrequencyPenalty = 0.1f,
        LogitBias = new Dictionary<int, float> { [3] = 1 },
    };

    [Fact]
    public void Filters_run_in_the_documented_order() =>
        Assert.Equal(
            [
                typeof(LogitBias), typeof(RepetitionPenalty), typeof(PresencePenalty), typeof(FrequencyPenalty),
                typeof(Temperature), typeof(TopK), typeof(TopP), typeof(MinP), typeof(TypicalP), typeof(Mirostat),
            ],
            Chain(Everything));

    [Fact]
    public void Disabled_filters_are_not_in_the_chain()
    {
        Assert.Empty(Chain(SamplingSettings.Unfiltered));
        Assert.Empty(Chain(SamplingSettings.Unfiltered with { TopK = 100 }));
    }

    [Fact]
    public void Greedy_decoding_runs_bias_and_penalties_only() =>
        Assert.Equal(
            [typeof(LogitBias), typeof(RepetitionPenalty), typeof(PresencePenalty), typeof(FrequencyPenalty)],
            Chain(Everything with { Temperature = 0 }));

    [Fact]
    public void Temperature_zero_takes_the_best_token_with_the_lowest_id_among_ties()
    {
        var sampler = new Sampler(new SamplingSettings { Temperature = 0 }, 4, seed: 1);

        Assert.Equal(1, sampler.Draw([1, 3, 3, 2], 0));
        Assert.Equal(3, sampler.Draw([float.NegativeInfinity, -1000, -1000, -999], 1));
    }

    [Fact]
    public void Greedy_decoding_takes_bias_and_penalties_into_account()
    {
        var biased = new Sampler(
            new SamplingSettings { Temperature = 0, LogitBias = new Dictionary<int, float> { [0] = 5 } }, 3, 0);
        var penalized = new Sampler(new SamplingSettings { Temperature = 0, PresencePenalty = 1.5f }, 3, 0);

        Assert.Equal(0, biased.Draw([1, 3, 2], 0));
        Assert.Equal([1, 2, 1], new[] { 0, 1, 2 }.Select(position => penalized.Draw([1, 3, 2], position)));
    }

    [Fact]
    public void Repetition_penalty_counts_the_prompt_and_the_generated_text()
    {
        var sampler = new Sampler(new SamplingSettings { Temperature = 0, RepetitionPenalty = 2 }, 3, 0);
        sampler.ObservePrompt(1);

        Assert.Equal(2, sampler.Draw([1, 3, 2], 0));
        Assert.Equal(1, sampler.Draw([1, 3, 2], 1));
    }

    [Fact]
    public void Presence_and_frequency_penalties_ignore_the_prompt()
    {
        var sampler = new Sampler(
            new SamplingSettings { Temperature = 0, PresencePenalty = 2, FrequencyPenalty = 2 }, 3, 0);
        sampler.ObservePrompt(1);

        Assert.Equal(1, sampler.Draw([1, 3, 2], 0));
    }

    [Fact]
    public void Without_filters_token_frequencies_match_the_model()
    {
        var sampler = new Sampler(SamplingSettings.Unfiltered, 4, seed: 5);
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.25f), float.NegativeInfinity, MathF.Log(0.25f)];
        var counts = new int[4];
        for (var position = 0; position < 40_000; position++)
            counts[sampler.Draw(logits, position)]++;

        // Standard deviations 100 and 87.
        Assert.InRange(counts[0], 19_500, 20_500);
        Assert.InRange(counts[1], 9_550, 10_450);
        Assert.Equal(0, counts[2]);
        Assert.InRange(counts[3], 9_550, 10_450);
    }

    [Fact]
    public void A_token_can_be_drawn_again_from_seed_and_position_alone()
    {
        float[] logits = [.. Enumerable.Range(0, 65).Select(i => MathF.Sin(i))];
        var whole = new Sampler(SamplingSettings.Unfiltered, 65, seed: 9);
        var tokens = Enumerable.Range(0, 50).Select(position => whole.Draw(logits, position)).ToArray();

        var again = new Sampler(SamplingSettings.Unfiltered, 65, seed: 9);
        Assert.All(
            Enumerable.Range(0, 50).Reverse(),
            position => Assert.Equal(tokens[position], again.Draw(logits, position)));
        var other = new Sampler(SamplingSettings.Unfiltered, 65, seed: 10);
        Assert.NotEqual(tokens, Enumerable.Range(0, 50).Select(position => other.Draw(logits, position)));
    }

    [Fact]
    public void A_seed_always_gives_the_same_tokens()
    {
        // Golden: a change here changes every text that users drew with a seed.
        var sampler = new Sampler(Everything with { TypicalP = 1, Mirostat = 0 }, 65, seed: 1234);
        float[] logits = [.. Enumerable.Range(0, 65).Select(i => i * 37 % 65 / 16f)];

        Assert.Equal(
            [52, 5, 63, 7, 56, 12, 35, 21, 12, 3, 35, 12],
            Enumerable.Range(0, 12).Select(position => sampler.Draw(logits, position)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Mirostat_brings_the_average_surprise_to_its_target(float tau)
    {
        // Zipf's law, as the paper assumes of words; its own entropy is 6.4 bits.
        float[] logits = [.. Enumerable.Range(1, 1_000).Select(rank => -1.1f * MathF.Log(rank))];
        var candidates = new Candidates(logits.Length);
        var mirostat = new Mirostat(tau, 0.1f);
        var sum = 0.0;
        for (var position = 0; position < 5_000; position++)
        {
            candidates.Reset(logits);
            mirostat.Apply(candidates);
            candidates.Find(Philox.Uniform(1, 0, position), out var probability);
            mirostat.Drawn(probability);
            sum -= Math.Log2(probability);
        }

        Assert.Equal(tau, sum / 5_000, 0.05);
    }

    [Fact]
    public void With_mirostat_a_seed_reproduces_the_text_from_its_beginning()
    {
        float[] logits = [.. Enumerable.Range(0, 65).Select(i => 3 * MathF.Sin(i))];
        var settings = SamplingSettings.Unfiltered with { Mirostat = 2, MirostatTau = 2, MirostatEta = 0.5f };
        var (one, other) = (new Sampler(settings, 65, 9), new Sampler(settings, 65, 9));

        Assert.All(
            Enumerable.Range(0, 200),
            position => Assert.Equal(one.Draw(logits, position), other.Draw(logits, position)));
    }

    [Fact]
    public void Extreme_logits_are_handled()
    {
        var settings = Everything with { LogitBias = new Dictionary<int, float>() };

        Assert.Equal(1, new Sampler(settings, 3, 0).Draw([-1000, 1000, float.NegativeInfinity], 0));
        Assert.InRange(new Sampler(settings, 3, 0).Draw([-1000, -1000, float.NegativeInfinity], 0), 0, 1);
        Assert.Equal(0, new Sampler(settings with { Temperature = 1e-30f }, 3, 0).Draw([1000, 999, 998], 0));
        Assert.Equal(0, new Sampler(settings, 1, 0).Draw([-1000], 0));
    }

    [Theory]
    [InlineData(65)]
    [InlineData(33_000)]
    public void Drawing_allocates_nothing(int vocabularySize)
    {
        var logits = new float[vocabularySize];
        for (var id = 0; id < vocabularySize; id++)
            logits[id] = MathF.Sin(id);
        foreach (var settings in (SamplingSettings[])[Everything, new(), new() { Temperature = 0 }])
        {
            var sampler = new Sampler(settings, vocabularySize, 1);
            var position = 0;
            sampler.Draw(logits, position++);

            // Few at a time: the longer a run, the sooner another thread collects garbage in every one of them.
            var draws = vocabularySize < 1_000 ? 100 : 3;
            var allocated = Allocations.Of(() =>
            {
                for (var i = 0; i < draws; i++)
                    sampler.Draw(logits, position++);
            });

            Assert.Equal(0, allocated);
        }
    }

    [Fact]
    public void Samplers_that_share_a_candidate_buffer_draw_the_same_tokens_as_alone()
    {
        float[] logits = [.. Enumerable.Range(0, 65).Select(i => MathF.Sin(i))];
        SamplingSettings[] settings =
        [
            Everything,
            new(),
            new() { Temperature = 0 },
            Everything with
            {
                Temperature = 2,
            },
        ];
        var shared = new Candidates(65);
        var together = settings.Select(s => new Sampler(s, 65, 7)).ToArray();
        var alone = settings.Select(s => new Sampler(s, 65, 7)).ToArray();

        for (var position = 0; position < 50; position++)
        {
            Assert.Equal(
                alone.Select(s => s.Draw(logits, position)),
                together.Select(s => s.Draw(logits, position, shared)));
            Assert.Throws<InvalidOperationException>(() =>
                together[0].Draw([.. logits[1..], float.NaN], position, shared));
        }
    }

    private static IEnumerable<Type> Chain(SamplingSettings settings) =>
        FilterChain.Build(settings, 65, new TokenCounts(65), new TokenCounts(65)).Select(f => f.GetType());
}
