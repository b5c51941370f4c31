using System.Text;
using LmModel.Completion;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Scoring;
using LmModel.Tokenization;

namespace LmModel.Tests.Completion;

/// <summary>Completions of models whose next token a test writes down.</summary>
public sealed class TextCompleterTests
{
    [Fact]
    public async Task One_more_letter_reads_one_token_where_tokens_are_bytes()
    {
        using var model = FakeStepModel.Noisy(maxBatch: 64);
        using var engine = EngineOf(model, new ByteTokenizer());
        var completer = new TextCompleter(engine.TryStart, new ByteTokenizer());
        await CompleteAsync(completer, "to be or not t");
        var next = await CompleteAsync(completer, "to be or not to");

        Assert.Equal((15, 14), (next.PromptTokens, next.CachedTokens));
    }

    [Fact]
    public async Task Completions_are_whole_characters_whatever_the_bytes()
    {
        using var model = FakeStepModel.Noisy(maxBatch: 64);
        using var engine = EngineOf(model, new ByteTokenizer());
        var completer = new TextCompleter(engine.TryStart, new ByteTokenizer());
        for (var i = 0; i < 20; i++)
        {
            var completed = await CompleteAsync(completer, $"é{i}", count: 10);

            Assert.All(completed.Completions, c => Assert.DoesNotContain('\uFFFD', c.Insert));
            Assert.All(completed.Completions, c => Assert.InRange(c.Probability, 0, 1));
            Assert.InRange(completed.Completions.Sum(c => c.Probability), 0, 1 + 1e-9);
        }
    }

    [Fact]
    public async Task Words_of_a_vocabulary_are_completed_by_their_beginning_and_unknown_ones_followed()
    {
        var tokenizer = WordTokenizer.FromCorpus("the king the kind queen", 10);
        using var model = new FakeStepModel((_, _, logits) => logits[Id("king")] = 2, tokenizer.VocabularySize)
        {
            MaxInvariantBatch = 8,
        };
        using var engine = EngineOf(model, tokenizer);
        var completer = new TextCompleter(engine.TryStart, tokenizer);

        Assert.Equal(["ng", "nd"], (await CompleteAsync(completer, "the ki")).Completions.Select(c => c.Insert));
        Assert.Equal("king", (await CompleteAsync(completer, "the ")).Completions[0].Insert);
        Assert.Equal("king", (await CompleteAsync(completer, "")).Completions[0].Insert);
        Assert.Equal(" king", (await CompleteAsync(completer, "the xyz")).Completions[0].Insert);

        int Id(string word) => tokenizer.Encode(word)[0];
    }

    [Fact]
    public async Task What_is_found_does_not_depend_on_how_many_hypotheses_a_round_reads()
    {
        using var model = FakeStepModel.Noisy(maxBatch: 64);
        CompletedText? first = null;
        foreach (var most in (int[])[1, 2, 64])
        {
            using var engine = EngineOf(model, new ByteTokenizer(), new() { MaxRoundPromptTokens = most });
            var completed = await CompleteAsync(new(engine.TryStart, new ByteTokenizer()), "to be", count: 5);
            first ??= completed;

            Assert.Equal(first.Completions, completed.Completions);
            Assert.Equal(first.ReadTokens, completed.ReadTokens);
        }
    }

    [Fact]
    public async Task Abandoning_a_completion_frees_its_place_before_the_next_step()
    {
        using var permits = new SemaphoreSlim(0);
        using var model = new FakeStepModel((_, _, logits) => logits['a'] = 3) { Permits = permits };
        using var engine = EngineOf(model, new ByteTokenizer());
        using var gone = new CancellationTokenSource();
        var completer = new TextCompleter(engine.TryStart, new ByteTokenizer());
        var completing = completer.CompleteAsync(completer.Request("b", 3, CompletionUnit.Word, 1), gone.Token);
        permits.Release(3);
        for (var step = 0; step < 4; step++)
        {
            await model.Began.WaitAsync();
        }

        await gone.CancelAsync();
        permits.Release(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => completing);

        Assert.Equal((0, 0), (engine.Active, engine.Waiting));
        Assert.InRange(model.Stepped.Length, 4, 8);
    }

    [Fact]
    public async Task A_full_engine_refuses_and_a_broken_model_fails_the_completion_alone()
    {
        var completer = new TextCompleter((_, _) => null, new ByteTokenizer());
        await Assert.ThrowsAsync<EngineFullException>(() => CompleteAsync(completer, "a"));

        using var model = new FakeStepModel((token, _, logits) => logits[0] = token == 'x' ? float.NaN : 0);
        using var engine = EngineOf(model, new ByteTokenizer());
        var real = new TextCompleter(engine.TryStart, new ByteTokenizer());
        await Assert.ThrowsAsync<NonFiniteLogitsException>(() => CompleteAsync(real, "x"));
        Assert.NotEmpty((await CompleteAsync(real, "a")).Completions);
        Assert.Equal((0, 0), (engine.Active, engine.Waiting));
    }

    [Theory]
    [InlineData("Once upon a ti", " ti")]
    [InlineData("Once upon a ", " ")]
    [InlineData("said \"wh", " \"wh")]
    [InlineData("On", "On")]
    public void The_open_part_of_a_text_begins_at_its_last_certain_token(string text, string open)
    {
        var tokenizer = BpeTokenizer.Train("Once upon a time he said \"what\" and once upon a time again", 280);
        var opened = tokenizer.Open(text);

        Assert.Equal(open, Encoding.UTF8.GetString(opened.Open));
        Assert.Equal(text, tokenizer.Decode(opened.Tokens) + open);
    }

    private static Task<CompletedText> CompleteAsync(TextCompleter completer, string text, int count = 3) =>
        completer.CompleteAsync(completer.Request(text, count, CompletionUnit.Word, 1), default);

    private static GenerationEngine EngineOf(
        IStepModel model, Tokenizer tokenizer, GenerationEngineOptions? options = null) =>
        new(model, tokenizer, 0, options ?? new(), TimeProvider.System);
}
