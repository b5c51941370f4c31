using LmModel.Guard;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Guard;

public sealed class GuardedDrawTests
{
    private static readonly ByteTokenizer Bytes = new();

    [Fact]
    public void A_greedy_text_takes_the_next_best_token_where_the_best_would_complete_a_run()
    {
        var sampler = Guarded(new() { Temperature = 0 }, prompt: [1, 2, 3], trained: [1, 2, 3, 4, 5]);

        Assert.Equal(9, sampler.Draw(Logits((4, 3), (9, 2)), 0));
        Assert.Equal(1, sampler.GuardedDraws);
    }

    [Fact]
    public void What_the_prompt_repeats_is_not_refused_but_what_continues_it_is()
    {
        var sampler = Guarded(new() { Temperature = 0 }, prompt: [1, 2, 3, 4], trained: [1, 2, 3, 4, 5, 6]);

        Assert.Equal(9, sampler.Draw(Logits((5, 3), (9, 2)), 0));
    }

    [Fact]
    public void A_run_is_allowed_up_to_its_last_token()
    {
        var sampler = Guarded(new() { Temperature = 0 }, prompt: [], trained: [1, 2, 3, 4, 5]);

        Assert.Equal([1, 2, 3, 9, 5], Enumerable.Range(0, 5).Select(i => sampler.Draw(Logits((i + 1, 3), (9, 2)), i)));
        Assert.Equal(1, sampler.GuardedDraws);
    }

    [Fact]
    public void A_longer_run_than_the_least_of_the_filter_can_be_asked_for()
    {
        var rule = VerbatimRule.Of(Filters.Of(4, [1, 2, 3, 4, 5, 6, 7]), 6);
        var sampler = new Sampler(new() { Temperature = 0 }, 256, 0, new VerbatimGuard(rule, Bytes, [1]));

        Assert.Equal([2, 3, 4, 5, 9], Enumerable.Range(0, 5).Select(i => sampler.Draw(Logits((i + 2, 3), (9, 2)), i)));
    }

    [Fact]
    public void The_other_tokens_keep_their_proportions()
    {
        var counts = new int[256];
        for (var seed = 0; seed < 20_000; seed++)
        {
            var logits = Logits((4, 3), (5, MathF.Log(3)), (200, 0));
            counts[Guarded(new() { Temperature = 1, TopK = 3 }, [1, 2, 3], [1, 2, 3, 4], seed).Draw(logits, 0)]++;
        }

        // 4 is out, so another one enters the best three, at e⁻⁵⁰; the deviation is 61.
        Assert.InRange(counts[5], 14_700, 15_300);
        Assert.Equal(20_000, counts[5] + counts[200]);
    }

    [Fact]
    public void A_token_that_is_not_refused_is_the_one_drawn_without_a_guard()
    {
        var (with, without) = (Guarded(new(), [1, 2, 3], [1, 2, 3, 4]), new Sampler(new(), 256, 0));
        var logits = Filters.RandomTokens(256, 10, seed: 1).Select(i => (float)i).ToArray();
        logits[4] = -100;

        Assert.Equal(without.Draw(logits, 0), with.Draw(logits, 0));
        Assert.Equal(0, with.GuardedDraws);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Many_refused_tokens_are_found_at_once_and_the_only_one_left_is_drawn(float temperature)
    {
        int[][] trained = [.. Enumerable.Range(0, 256).Where(id => id != 77).Select(id => new[] { 1, 2, 3, id })];
        var rule = VerbatimRule.Of(Filters.Of(4, trained), 4);
        var guard = new VerbatimGuard(rule, Bytes, [1, 2, 3]);
        var sampler = new Sampler(new() { Temperature = temperature }, 256, 0, guard);

        Assert.Equal(77, sampler.Draw(new float[256], 0));
    }

    [Fact]
    public void No_token_is_drawn_where_all_are_refused()
    {
        int[][] trained = [.. Enumerable.Range(0, 256).Select(id => new[] { 1, 2, 3, id })];
        var rule = VerbatimRule.Of(Filters.Of(4, trained), 4);
        var sampler = new Sampler(new(), 256, 0, new VerbatimGuard(rule, Bytes, [1, 2, 3]));

        Assert.Equal(Sampler.NoToken, sampler.Draw(new float[256], 0));
    }

    private static Sampler Guarded(SamplingSettings settings, int[] prompt, int[] trained, long seed = 0) => new(
        settings, 256, seed, new VerbatimGuard(VerbatimRule.Of(Filters.Of(4, trained), 4), Bytes, prompt));

    private static float[] Logits(params (int Id, float Logit)[] some)
    {
        var logits = new float[256];
        Array.Fill(logits, -50);
        foreach (var (id, logit) in some)
        {
            logits[id] = logit;
        }

        return logits;
    }
}
