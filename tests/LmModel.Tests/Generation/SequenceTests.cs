using System.Text;
using LmModel.Generation;
using LmModel.Sampling;
using LmModel.Tokenization;
using Microsoft.Extensions.Time.Testing;

namespace LmModel.Tests.Generation;

public sealed partial class SequenceTests
{
    private const int StartToken = 7;

    private static readonly float PeakLogprob = 20 - MathF.Log(255 + MathF.Exp(20));
    private static readonly float OtherLogprob = -MathF.Log(255 + MathF.Exp(20));

    [Fact]
    public void The_prompt_and_all_drawn_tokens_but_the_last_are_stepped_in_order()
    {
        var model = FakeStepModel.Saying("xyz"u8.ToArray(), promptTokens: 3);

        var (_, done) = Run(model, Greedy("abc", maxTokens: 3));

        Assert.Equal("abcxy", Text(model.Stepped));
        Assert.Equal("xyz", done.Text);
        Assert.Equal((3, 3, FinishReason.Length), (done.PromptTokens, done.CompletionTokens, done.FinishReason));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(100)]
    public void A_prompt_read_in_slices_gives_the_same_as_token_by_token(int slice)
    {
        var settings = Settings("some prompt", maxTokens: 40) with
        {
            Sampling = SamplingSettings.Unfiltered with { RepetitionPenalty = 1.5f },
        };

        var (one, _) = Run(FakeStepModel.Noisy(), settings);
        var (sliced, _) = Run(FakeStepModel.Noisy(), settings, slice);

        Assert.Equal(one.Select(t => (t.Id, t.Logprob)), sliced.Select(t => (t.Id, t.Logprob)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_empty_prompt_steps_the_start_token_which_is_neither_counted_nor_reported(bool echo)
    {
        var model = FakeStepModel.Saying("hi"u8.ToArray());

        var (tokens, done) = Run(model, Greedy("", maxTokens: 2) with { Echo = echo });

        Assert.Equal([StartToken, 'h'], model.Stepped);
        Assert.Equal(["h", "i"], tokens.Select(t => t.Text));
        Assert.All(tokens, t => Assert.NotNull(t.Logprob));
        Assert.Equal((0, 2), (done.PromptTokens, done.CompletionTokens));
    }

    [Fact]
    public void Echo_first_reports_the_prompt_with_its_log_probabilities()
    {
        var (tokens, done) = Run(
            FakeStepModel.Repeating(), Greedy("aab", maxTokens: 2) with { Echo = true, Alternatives = 1 });

        Assert.Equal("aabbb", done.Text);
        Assert.Equal([0, 1, 2, 3, 4], tokens.Select(t => t.Index));
        Assert.Equal("aabbb", Text(tokens.Select(t => t.Id)));
        Assert.Null(tokens[0].Logprob);
        Assert.Equal(
            [PeakLogprob, OtherLogprob, PeakLogprob, PeakLogprob], tokens.Skip(1).Select(t => t.Logprob!.Value), Close);
        Assert.Empty(tokens[0].Alternatives);
        Assert.Equal([(int)'a', 'a', 'b', 'b'], tokens.Skip(1).Select(t => Assert.Single(t.Alternatives).Id));
        Assert.Equal((3, 2), (done.PromptTokens, done.CompletionTokens));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("", 5)]
    [InlineData("a", 1)]
    [InlineData("some prompt", 3)]
    [InlineData("some prompt", 100)]
    public void With_zero_max_tokens_the_prompt_is_read_and_an_echo_scores_it(string prompt, int slice)
    {
        var settings = Settings(prompt, maxTokens: 0) with { Stop = ["e"], Alternatives = 2 };

        var (read, ended) = Run(FakeStepModel.Noisy(), settings, slice);
        var (scored, scoredEnd) = Run(FakeStepModel.Noisy(), settings with { Echo = true }, slice);
        var (continued, _) = Run(FakeStepModel.Noisy(), settings with { Echo = true, MaxTokens = 1 }, slice);

        Assert.Empty(read);
        Assert.Equal((FinishReason.Length, "", 0), (ended.FinishReason, ended.Text, ended.CompletionTokens));
        Assert.Equal(
            (FinishReason.Length, prompt, 0),
            (scoredEnd.FinishReason, scoredEnd.Text, scoredEnd.CompletionTokens));
        Assert.Equal((prompt.Length, null), (scoredEnd.PromptTokens, scoredEnd.Timings.FirstToken));
        Assert.Equal(
            continued.SkipLast(1).Select(t => (t.Id, t.Text, t.Logprob)),
            scored.Select(t => (t.Id, t.Text, t.Logprob)));
    }

    [Fact]
    public void Echo_does_not_change_what_is_drawn()
    {
        var settings = Settings("some prompt", maxTokens: 40);

        var (plain, _) = Run(FakeStepModel.Noisy(), settings);
        var (echoed, _) = Run(FakeStepModel.Noisy(), settings with { Echo = true, Alternatives = 3 });

        Assert.Equal(40, plain.Count);
        Assert.Equal(plain.Select(t => t.Id), echoed.Skip("some prompt".Length).Select(t => t.Id));
    }

    [Fact]
    public void Log_probabilities_and_alternatives_are_computed_before_any_filter()
    {
        var model = new FakeStepModel((_, _, logits) => (logits[5], logits[6], logits[9]) = (1, 3, 2));
        var biased = new SamplingSettings
        {
            Temperature = 0,
            TopK = 1,
            LogitBias = new Dictionary<int, float> { [5] = 100 },
        };

        var (tokens, _) = Run(model, Greedy("a", maxTokens: 1) with { Sampling = biased, Alternatives = 3 });

        var sum = MathF.Log(253 + MathF.Exp(1) + MathF.Exp(2) + MathF.Exp(3));
        var token = Assert.Single(tokens);
        Assert.Equal(5, token.Id);
        Assert.Equal(1 - sum, token.Logprob!.Value, 1e-5f);
        Assert.Equal([6, 9, 5], token.Alternatives.Select(a => a.Id));
        Assert.Equal([3 - sum, 2 - sum, 1 - sum], token.Alternatives.Select(a => a.Logprob), Close);
    }

    [Fact]
    public void No_alternatives_are_reported_unless_requested()
    {
        var (tokens, _) = Run(FakeStepModel.Repeating(), Greedy("a", maxTokens: 2));

        Assert.All(tokens, t => Assert.Empty(t.Alternatives));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void The_token_texts_concatenate_to_the_final_text(long seed, bool echo)
    {
        var settings = Settings("öffnen", maxTokens: 300) with { Seed = seed, Echo = echo, Stop = ["\u0003a", "zzz"] };

        var (tokens, done) = Run(FakeStepModel.Noisy(), settings);

        Assert.Equal(done.Text, string.Concat(tokens.Select(t => t.Text)));
        Assert.Equal(Enumerable.Range(0, tokens.Count), tokens.Select(t => t.Index));
    }

    [Theory]
    [InlineData("abc", new float[] { 1, 97, 2, 98, 3, 99 })]
    [InlineData("", new float[0])]
    public void Recorded_values_are_those_after_each_token_of_the_prompt(string prompt, float[] expected)
    {
        var model = new FakeStepModel((token, memory, _) => (memory[0], memory[2]) = (memory[0] + 1, token));

        var (_, done) = Run(model, Settings(prompt, maxTokens: 2) with { Recorded = [0, 2] }, slice: 100);

        Assert.Equal(expected, done.Recorded);
    }

    [Fact]
    public void Timings_start_at_submission()
    {
        var clock = new FakeTimeProvider();
        var model = new FakeStepModel((_, _, logits) =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            logits[65] = 20;
        });
        var settings = Greedy("ab", maxTokens: 3);
        var sequence = new Sequence(settings, new ByteTokenizer(), StartToken, model.StateSize, Range.All, clock);
        clock.Advance(TimeSpan.FromSeconds(10));

        var (_, done) = Run(model, sequence);

        var (queued, firstToken, total) = done.Timings;
        Assert.Equal([10, 12, 14], [queued.TotalSeconds, firstToken!.Value.TotalSeconds, total.TotalSeconds]);
    }

    private static GenerationSettings Settings(string prompt, int maxTokens) => new()
    {
        PromptTokens = new ByteTokenizer().Encode(prompt),
        MaxTokens = maxTokens,
        Seed = 42,
    };

    private static GenerationSettings Greedy(string prompt, int maxTokens) =>
        Settings(prompt, maxTokens) with { Sampling = new SamplingSettings { Temperature = 0 } };

    private static (List<TokenEvent> Tokens, DoneEvent Done) Run(
        FakeStepModel model, GenerationSettings settings, int slice = 1) =>
        Run(
            model,
            new Sequence(settings, new ByteTokenizer(), StartToken, model.StateSize, Range.All, TimeProvider.System),
            slice);

    private static (List<TokenEvent> Tokens, DoneEvent Done) Run(FakeStepModel model, Sequence sequence, int slice = 1)
    {
        var events = new GenerationEventStream(int.MaxValue / 2, () => { }, () => { });
        var tokens = new List<TokenEvent>();
        var logits = new float[model.VocabularySize];
        while (sequence.Done is null)
        {
            sequence.Plan(slice);
            var wanted = sequence.WantsLogits ? logits : [];
            model.Advance(sequence.TurnOf(0), [sequence.TurnLength], [sequence.State], wanted);
            sequence.Accept(0, wanted, new Candidates(256), events);
            while (events.TryRead(out var next))
            {
                tokens.Add(next.Token);
            }
        }

        return (tokens, sequence.Done);
    }

    private static string Text(IEnumerable<int> bytes) => Encoding.UTF8.GetString([.. bytes.Select(b => (byte)b)]);

    private static bool Close(float a, float b) => MathF.Abs(a - b) < 1e-5f;
}
