using LmModel.Checkpoints;
using LmModel.Evaluation;
using LmModel.Generation;
using LmModel.Inference.Managed;
using LmModel.Quantization;
using LmModel.Scoring;

namespace LmModel.Tests.Scoring;

public sealed class TextScorerTests : IDisposable
{
    private const string Text = "Now is the winter of our discontent\nMade glorious summer by this sun of York;\n";

    private static readonly ModelFolder Tiny = ModelFolder.Open(Path.Combine(Repository.Root, "models", "tiny"));

    private readonly ManagedStepModel _model = new(Tiny.ReadWeights(), Precision.Fp32, 2);
    private readonly GenerationEngine _engine;
    private readonly TextScorer _scorer;

    public TextScorerTests()
    {
        _engine = new(
            _model, Tiny.Tokenizer, Tiny.Config.StartToken, new GenerationEngineOptions(), TimeProvider.System);
        _scorer = new(_engine.TryStart, Tiny.Tokenizer);
    }

    public void Dispose()
    {
        _engine.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    [InlineData(Precision.Int8)]
    public async Task A_score_is_that_of_the_contiguous_protocol_to_the_bit(Precision precision)
    {
        using var model = new ManagedStepModel(Tiny.ReadWeights(), precision, 2);
        using var engine = new GenerationEngine(
            model, Tiny.Tokenizer, Tiny.Config.StartToken, new GenerationEngineOptions(), TimeProvider.System);
        var score = await new TextScorer(engine.TryStart, Tiny.Tokenizer)
            .TryScore(Request(Text), CancellationToken.None)!;
        engine.Dispose();
        var evaluated = new Evaluator(model, Tiny.Tokenizer)
            .Evaluate(Tiny.Tokenizer.Encode(Text), Protocol.Contiguous)
            .OfText(Text, Tiny.Tokenizer.TokenBytes(Tiny.Tokenizer.Encode(Text)[0]));

        Assert.Equal(evaluated.Nats, score.Nats);
        Assert.Equal(evaluated.Tokens, score.ScoredTokens);
        Assert.Equal(evaluated.BitsPerCharacter, score.BitsPerCharacter);
        Assert.Equal(evaluated.BitsPerByte, score.BitsPerByte);
    }

    [Fact]
    public async Task Texts_that_are_scored_together_have_the_bits_of_each_alone_and_stay_in_order()
    {
        var texts = Enumerable.Range(0, 300).Select(i => Text[..(1 + (i * 7 % Text.Length))]).ToList();
        var together = await _scorer
            .ScoreAsync(
                texts.Select(text => (text, (ScoreRequest?)Request(text, "\n"))).ToAsyncEnumerable(),
                64,
                CancellationToken.None)
            .Select(scored => scored.Score!)
            .ToListAsync();

        Assert.Equal(texts, together.Select(score => score.Text));
        foreach (var (text, score) in texts.Zip(together).Where((_, i) => i % 23 == 0))
        {
            Assert.Equal((await ScoreAsync(text, "\n")).Nats, score.Nats);
        }
    }

    [Fact]
    public async Task What_is_given_is_read_and_not_scored()
    {
        var (given, text) = (Text[..30], Text[30..]);
        var whole = await ScoreAsync(Text);
        var rest = await ScoreAsync(text, given);

        Assert.Equal(whole.Tokens.Skip(30).Select(t => t.Logprob), rest.Tokens.Select(t => t.Logprob));
        Assert.Equal(text.Length, rest.ScoredTokens);
        Assert.Equal(rest.Nats, (await ScoreAsync(text, given)).Nats); // from the prefix cache
    }

    [Fact]
    public async Task An_empty_context_is_the_start_token()
    {
        var start = Tiny.Tokenizer.Decode([Tiny.Config.StartToken]);
        Assert.Equal((await ScoreAsync(Text, start)).Nats, (await ScoreAsync(Text, "")).Nats);
        Assert.Equal(Text.Length, (await ScoreAsync(Text, "")).ScoredTokens);
    }

    [Fact]
    public async Task Lines_add_up_to_the_text()
    {
        var score = await ScoreAsync(Text + "x", "");

        Assert.Equal([.. Text.Split('\n')[..2], "x"], score.Lines.Select(line => line.Text));
        Assert.Equal([1, 2, 3], score.Lines.Select(line => line.Line));
        Assert.Equal(score.Nats, score.Lines.Sum(line => line.Nats), 1e-9);
        Assert.Equal(score.ScoredTokens, score.Lines.Sum(line => line.Tokens));
        Assert.All(score.Lines, line => Assert.InRange(line.Peak, line.Nats / line.Tokens, line.Nats));
    }

    [Fact]
    public async Task A_text_of_one_token_has_nothing_to_score()
    {
        var score = await ScoreAsync("N");

        Assert.Equal((0, 0.0, 0L), (score.ScoredTokens, score.Nats, score.Bytes));
        Assert.Null(Assert.Single(score.Tokens).Logprob);
    }

    [Fact]
    public async Task A_full_engine_is_waited_for_as_long_as_texts_of_the_caller_are_in_it()
    {
        using var engine = new GenerationEngine(
            _model,
            Tiny.Tokenizer,
            Tiny.Config.StartToken,
            new GenerationEngineOptions { MaxActive = 2, MaxWaiting = 1 },
            TimeProvider.System);
        var scorer = new TextScorer(engine.TryStart, Tiny.Tokenizer);
        var scores = await scorer
            .ScoreAsync(
                Enumerable.Repeat((0, (ScoreRequest?)Request(Text)), 20).ToAsyncEnumerable(),
                64,
                CancellationToken.None)
            .Select(scored => scored.Score!)
            .ToListAsync();

        Assert.Equal(20, scores.Count);
        Assert.Single(scores.Select(score => score.Nats).Distinct());
    }

    [Fact]
    public async Task A_score_is_reported_before_the_next_text_is_there_and_items_without_a_text_keep_their_place()
    {
        var gate = new TaskCompletionSource();
        async IAsyncEnumerable<(int, ScoreRequest?)> Items()
        {
            yield return (1, null);
            yield return (2, Request(Text));
            await gate.Task;
            yield return (3, Request(Text));
        }

        var items = new List<(int, bool)>();
        await foreach (var (item, score) in _scorer.ScoreAsync(Items(), 8, CancellationToken.None))
        {
            items.Add((item, score is not null));
            if (item == 2)
            {
                gate.SetResult();
            }
        }

        Assert.Equal([(1, false), (2, true), (3, true)], items);
    }

    private static ScoreRequest Request(string text, string? given = null) =>
        ScoreRequest.Of(Tiny.Tokenizer, Tiny.Config.StartToken, text, given);

    private Task<TextScore> ScoreAsync(string text, string? given = null) =>
        _scorer.TryScore(Request(text, given), CancellationToken.None)!;
}
