using LmModel.Generation;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Generation;

/// <summary>What prompts and texts that run side by side wait for one another, counted in tokens of work.</summary>
public sealed class FairShareTests
{
    private const int TextToken = 255;
    private const int EchoToken = 254;
    private const int MaxRoundPromptTokens = 64;

    [Theory]
    [InlineData(1, 1, 0, 700)]
    [InlineData(6, 23, 0, 2000)]
    [InlineData(6, 23, 4, 500)]
    [InlineData(1, 100, 0, 1500)]
    [InlineData(9, 50, 0, 300)]
    [InlineData(30, 2, 1, 300)]
    [InlineData(100, 28, 0, 50)]
    public async Task Texts_stall_for_at_most_a_slice_and_prompts_for_at_most_their_share(
        int prompts, int texts, int echoes, int length)
    {
        var rounds = await RoundsOf(prompts, texts, echoes, length);

        // Each text is in every round, beside at most 64 tokens of prompts, or one of each where they are more.
        Assert.All(rounds, round =>
        {
            Assert.Equal(texts, round.Count(token => token == TextToken));
            Assert.InRange(round.Count(token => token < prompts), 0, Math.Max(MaxRoundPromptTokens, prompts));
        });

        // Beside M generations a prompt of n tokens is read when at most (M + 1) n tokens have been, and a round.
        var work = rounds.Sum(round => round.Length);
        var others = prompts + texts + echoes - 1;
        Assert.InRange(work, 0, ((others + 1) * length) + rounds.Max(round => round.Length));
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(6, 8)]
    [InlineData(8, 8)]
    [InlineData(16, 4)]
    [InlineData(64, 1)]
    public async Task More_prompts_read_more_tokens_per_round(int prompts, int slice)
    {
        var rounds = await RoundsOf(prompts, texts: 1, echoes: 0, length: 200);

        Assert.Equal((200 + slice - 1) / slice, rounds.Length);
    }

    /// <returns>The tokens of each round in which a prompt was read; a prompt is made of its own number.</returns>
    private static async Task<int[][]> RoundsOf(int prompts, int texts, int echoes, int length)
    {
        using var permits = new SemaphoreSlim(0);
        using var end = new CancellationTokenSource();
        var model = FakeStepModel.Repeating(permits, maxBatch: 200);
        using var engine = new GenerationEngine(
            model, new ByteTokenizer(), 0,
            new()
            {
                MaxActive = 200,
                MaxBufferedEvents = 100_000,
                PrefixCacheBytes = 0,
                MaxRoundPromptTokens = MaxRoundPromptTokens,
            },
            TimeProvider.System);
        AdmittedGeneration Start(int token, int tokens, int maxTokens, bool echo = false) => engine.TryStart(
            new()
            {
                PromptTokens = [.. Enumerable.Repeat(token, tokens)],
                MaxTokens = maxTokens,
                Seed = 1,
                Echo = echo,
                Sampling = new SamplingSettings { Temperature = 0 },
            },
            end.Token)!;

        // The first text is at the gate of its first step while all others come, and passes it with them.
        _ = Start(TextToken, 1, 50_000);
        await model.Began.WaitAsync();
        for (var i = 1; i < texts; i++)
        {
            _ = Start(TextToken, 1, 50_000);
        }

        for (var i = 0; i < echoes; i++)
        {
            _ = Start(EchoToken, 20_000, 1, echo: true);
        }

        var read = Enumerable.Range(0, prompts).Select(i => Start(i, length, 0)).ToArray();
        permits.Release(1_000_000);
        foreach (var prompt in read)
        {
            await prompt.Events.LastAsync();
        }

        await end.CancelAsync();
        return [.. model.Calls.Skip(1).TakeWhile(round => round.Any(token => token < prompts))];
    }
}
