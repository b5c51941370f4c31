using LmModel.Generation;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Generation;

public sealed class GenerationOutcomeTests
{
    [Fact]
    public async Task A_finished_generation_reports_its_tokens_before_its_reader_sees_the_end()
    {
        using var engine = Engine();
        for (var i = 0; i < 2; i++)
        {
            GenerationOutcome? outcome = null;
            var events = engine.TryStart(Settings(5), "a", o => outcome = o, CancellationToken.None)!.Events;
            await foreach (var item in events)
            {
                Assert.True(item.Done is null || outcome is not null);
            }

            Assert.Equal((3 * i, 3 - (3 * i), 5), (
                outcome!.CachedTokens, outcome.ReadTokens, outcome.CompletionTokens));
            Assert.Equal((FinishReason.Length, null), (outcome.FinishReason!.Value, outcome.Failure));
        }
    }

    [Fact]
    public async Task A_cancelled_generation_reports_what_it_did_until_then()
    {
        using var engine = Engine();
        using var leaves = new CancellationTokenSource();
        var ended = new TaskCompletionSource<GenerationOutcome>();
        var events = engine.TryStart(Settings(1_000_000), null, ended.SetResult, leaves.Token)!.Events;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in events)
            {
                leaves.Cancel();
            }
        });
        var outcome = await ended.Task;
        Assert.IsType<OperationCanceledException>(outcome.Failure, exactMatch: false);
        Assert.Equal((3, null), (outcome.ReadTokens, outcome.FinishReason));
        Assert.InRange(outcome.CompletionTokens, 1, 999_999);
    }

    [Fact]
    public void A_refused_generation_reports_nothing()
    {
        using var engine = Engine();
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.TryStart(
            Settings(1), null, _ => Assert.Fail("It was never admitted."), CancellationToken.None));
    }

    private static GenerationEngine Engine() => new(
        FakeStepModel.Noisy(), new ByteTokenizer(), 0, new GenerationEngineOptions(), TimeProvider.System);

    private static GenerationSettings Settings(int tokens) => new()
    {
        PromptTokens = [1, 2, 3],
        MaxTokens = tokens,
        Seed = 1,
        Sampling = SamplingSettings.Unfiltered,
    };
}
