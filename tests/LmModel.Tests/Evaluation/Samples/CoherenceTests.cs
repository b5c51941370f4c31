using LmModel.Corpora;
using LmModel.Evaluation.Ngrams;
using LmModel.Evaluation.Samples;
using LmModel.Tokenization;

namespace LmModel.Tests.Evaluation.Samples;

/// <summary>Each measure of coherence on texts whose answer is known.</summary>
public sealed class CoherenceTests
{
    [Theory]
    [InlineData("", "The king took his crown, and he smiled. ", 2, 2)]
    [InlineData("", "The king took her crown, and he smiled. ", 1, 2)]
    [InlineData("The queen slept.", " She woke, and he smiled. ", 1, 2)]
    [InlineData("", "The king saw the queen, and she saw him. ", 1, 2)]
    [InlineData("", "The queen's cat ate her bread. ", 1, 1)]
    [InlineData("", "She smiled. ", 0, 0)]
    [InlineData("", "The KING himself said that it was his. ", 2, 2)]
    public void Pronouns_agree_with_the_last_person_named(string prompt, string text, int agree, int all) =>
        Assert.Equal(new Share(agree, all), PronounAgreement.Count(new(prompt, text)));

    [Theory]
    [InlineData(
        "Then Dorothy met Ozma, and I saw the Tin Woodman's axe. Yes, Toto barked.", "Dorothy Ozma Tin Woodman Toto")]
    [InlineData("He went. The man said: \"Come.\" Then\nAll went", "")]
    [InlineData("the CHAPTER of Oz", "")]
    [InlineData("I saw Toto", "")]
    public void Names_have_a_capital_where_the_grammar_asks_for_none(string text, string names) =>
        Assert.Equal(names, string.Join(' ', Names.Of(text).Select(name => name.Name)));

    [Theory]
    [InlineData("The girl Dorothy met", " old Ozma and went away. And then Dorothy slept in the wood. ", 1, 2)]
    [InlineData("The girl Dorothy met", " nobody and went far away from the place. They all slept in the wood. ", 0, 1)]
    [InlineData("The girl met", " nobody and went far away from the place. And Toto saw old Ozma there. ", 0, 0)]
    [InlineData("See, Dorothy met", " nobody and went away from the place. Dorothy's dog slept in the wood. ", 1, 1)]
    public void A_name_comes_back_where_the_second_half_has_it(string prompt, string text, int back, int all) =>
        Assert.Equal(
            new Share(back, all), Assert.Single(NameMeasures.Returning.Measure([new(prompt, text)], default)));

    [Fact]
    public void Names_stray_where_no_book_has_them_together()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["oz.txt"], "There was Dorothy, who met Ozma and a dog.\n");
        File.WriteAllText(folder["grimm.txt"], "There was Hansel, who met Gretel and a witch.\n");
        var measure = new StrayNames(Corpus.Open(folder.Path, default).Text);

        var shares = measure.Measure(
            [
                new("", "and Dorothy met Ozma there"), new("", "and Dorothy met Hansel there"),
                new("", "and Dorothy met Hansel and Gretel and Quux there"), new("", "and Dorothy slept"),
            ],
            default);

        Assert.Equal([new(0, 1), new(1, 1), new(2, 3), new(0, 0)], shares);
    }

    [Fact]
    public void A_single_document_makes_no_difference_between_names() => Assert.Equal(
        [default(Share)],
        new StrayNames(Corpus.FromText("t", "so Hansel met Gretel here").Text).Measure(
            [new("", "and Hansel met Gretel there")], default));

    [Fact]
    public async Task A_model_that_sees_three_tokens_loses_nothing_where_four_are_intact_and_something_with_one()
    {
        var random = new Random(3);
        var tokenizer = CharacterTokenizer.FromCorpus("abcd");
        // Which letter follows depends on the one three places before it.
        var text = new char[4000];
        for (var i = 0; i < text.Length; i++)
        {
            var letter = i < 3 || random.Next(10) == 0 ? random.Next(4) : (text[i - 3] - 'a' + 1) % 4;
            text[i] = (char)('a' + letter);
        }

        var counts = new NgramCounts(4, tokenizer.VocabularySize);
        counts.Add(tokenizer.Encode(new string(text)));
        using var model = new NgramStepModel(counts, 4, Smoothing.WittenBell);

        var curve = await ContextCurve.MeasureAsync(
            tokenizer, 0, model, new string(text), TestContext.Current.CancellationToken);

        Assert.Equal(ContextCurve.Distances, curve.Select(loss => loss.Intact));
        Assert.All(new[] { curve[0].Replaced, curve[0].Shuffled }, losses => Assert.InRange(Share.Of(losses), 0.02, 1));
        Assert.All(
            curve.Skip(1).SelectMany(loss => new[] { loss.Replaced, loss.Shuffled }),
            losses => Assert.Equal(0, Share.Of(losses), 1e-9));
    }

    [Fact]
    public async Task A_text_of_one_passage_has_no_curve()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("ab");
        var counts = new NgramCounts(2, 2);
        counts.Add([0, 1, 0, 1]);
        using var model = new NgramStepModel(counts, 2, Smoothing.WittenBell);

        Assert.Empty(await ContextCurve.MeasureAsync(
            tokenizer, 0, model, new string('a', 300), TestContext.Current.CancellationToken));
    }
}
