using LmModel.Completion.Measurement;
using LmModel.Evaluation;
using LmModel.Tokenization;

namespace LmModel.Tests.Completion.Measurement;

public sealed class TypistTests
{
    private static readonly string Text = string.Concat(Enumerable.Repeat("alpha beta, gamma. ", 60));

    [Fact]
    public void Passages_stand_at_equal_distances_and_have_whole_words()
    {
        var passages = TypedPassage.Of(Text, 150);

        Assert.Equal(3, passages.Count);
        Assert.All(passages, p => Assert.Equal(TypedPassage.WordsOfAPassage, p.Words.Count));
        Assert.All(passages, p => Assert.Equal(
            ["alpha", "beta", "gamma"],
            p.Words.Select(w => Text[w.Begin..w.End]).Distinct().Order(StringComparer.Ordinal)));
        Assert.True(passages[2].Words[0].Begin > 500);
    }

    [Fact]
    public void A_passage_follows_whole_words_of_the_text_before_it()
    {
        var text = string.Concat(Enumerable.Repeat(Text, 3));
        var last = TypedPassage.Of(text, 500)[^1];

        Assert.InRange(last.Words[0].Begin - last.Context, 980, TypedPassage.ContextCharacters);
        Assert.Equal(' ', text[last.Context - 1]);
        Assert.NotEqual(' ', text[last.Context]);
    }

    [Fact]
    public void A_text_without_a_passage_is_refused() =>
        Assert.Contains("3 words", Assert.Throws<ArgumentException>(() => TypedPassage.Of("a b c", 50)).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_model_that_knows_the_text_saves_all_but_one_keystroke_a_word()
    {
        // What follows a byte of this text is decided by that byte and the one before it.
        var passages = TypedPassage.Of(Text, 50);
        var next = Text.Zip(Text.Skip(1), Text.Skip(2)).DistinctBy(t => (t.First, t.Second))
            .ToDictionary(t => (t.First, t.Second), t => t.Third);
        using var model = new FakeStepModel((token, memory, logits) =>
        {
            if (next.TryGetValue(((char)memory[0], (char)token), out var following))
            {
                logits[following] = 30;
            }

            memory[0] = token;
        })
        {
            Records = false,
            MaxInvariantBatch = 32,
        };
        var counts = Assert.Single(await Typist.MeasureAsync(model, new ByteTokenizer(), ' ', passages, default));
        var known = TypingFigure.All.Take(8).Select(figure => figure.Of([counts]));

        // The very first word follows nothing.
        Assert.All(known, recall => Assert.InRange(recall, 0.97, 1));
        Assert.InRange(TypingFigure.All[^1].Of([counts]), 0.6, 0.8);
    }

    [Fact]
    public async Task A_model_that_knows_nothing_saves_nothing()
    {
        var passages = TypedPassage.Of(Text, 50);
        using var model = new FakeStepModel((_, _, _) => { }) { Records = false, MaxInvariantBatch = 32 };
        var counts = Assert.Single(await Typist.MeasureAsync(model, new ByteTokenizer(), ' ', passages, default));

        Assert.Equal(0, TypingFigure.All[0].Of([counts]));
        Assert.Equal(counts.Characters, counts.KeystrokesFirst);
    }

    [Fact]
    public void An_interval_over_passages_holds_the_figure_and_needs_ten_of_them()
    {
        var values = Enumerable.Range(0, 40).Select(i => i % 5 / 4.0).ToArray();
        var interval = ItemBootstrap.Of(40, drawn => drawn.Average(i => values[i]))!.Value;

        Assert.True(interval.Holds(0.5) && interval.Low > 0.35 && interval.High < 0.65);
        Assert.Null(ItemBootstrap.Of(9, _ => 0));
    }
}
