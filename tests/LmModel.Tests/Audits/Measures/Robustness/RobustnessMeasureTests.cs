using LmModel.Audits;
using LmModel.Audits.Measures.Robustness;
using LmModel.Inference;
using LmModel.Tokenization;

namespace LmModel.Tests.Audits.Measures.Robustness;

public sealed class RobustnessMeasureTests
{
    private static readonly string Text = string.Concat(Enumerable.Range(0, 400)
        .Select(i => $"Hare {i} said \"run\" to hare {i + 1}, and off they went.\n"));

    private static readonly Tokenizer Tokenizer = CharacterTokenizer.FromCorpus(
        [Text, "“”‘’–—", .. Enumerable.Range('A', 58).Select(c => $"{(char)c}")]);

    [Fact]
    public void A_model_that_ignores_its_prompt_loses_nothing()
    {
        using var model = new FakeStepModel((_, _, logits) => logits[1] = 2, Tokenizer.VocabularySize);

        var section = Measure(model);

        Assert.Empty(section.Problems());
        foreach (var name in (string[])["typos", "case", "spaces", "quotes", "unicode", "long"])
        {
            var figure = section.Figures.Single(f => f.Name == name);
            Assert.Equal((0, 0, 0, AuditVerdict.Good), (figure.Value, figure.Low, figure.High, figure.Verdict));
        }
    }

    /// <summary>It favours the letters of the text until it has read a curly quote, and afterwards nothing.</summary>
    [Fact]
    public void A_model_that_curly_quotes_confuse_is_found()
    {
        var (curly, common) = (Tokenizer.Encode("“”"), Tokenizer.Encode(Text).Distinct().ToList());
        using var model = new FakeStepModel(
            (token, memory, logits) =>
            {
                memory[0] = curly.Contains(token) ? 1 : memory[0];
                foreach (var id in common)
                {
                    logits[id] = memory[0] == 0 ? 5 : 0;
                }
            },
            Tokenizer.VocabularySize);

        var section = Measure(model);

        var verdicts = section.Figures.ToDictionary(f => f.Name, f => f.Verdict);
        Assert.Equal(AuditVerdict.Bad, verdicts["quotes"]);
        Assert.All(
            (string[])["typos", "case", "spaces", "unicode", "long"],
            name => Assert.Equal(AuditVerdict.Good, verdicts[name]));
        var curve = section.Curves.Single(c => c.Name == "quotes_curve").Series[0].Points;
        Assert.Equal(6, curve.Count);
        Assert.True(curve[5].Y > curve[1].Y && curve[1].Y > curve[0].Y);
    }

    [Fact]
    public void Prompts_with_characters_that_have_no_token_are_counted_and_read_without_them()
    {
        using var model = new FakeStepModel((_, _, logits) => logits[1] = 2, Tokenizer.VocabularySize);

        var refused = Measure(model).Figures.Single(f => f.Name == "refused");

        // Of five kinds only no-break spaces are unknown, and every prompt has spaces.
        Assert.Equal((0.2, AuditVerdict.Bad), (refused.Value!.Value, refused.Verdict));
    }

    private static AuditSection Measure(IStepModel model)
    {
        var passages = RobustnessPassages.Of(Text, Tokenizer, 16);
        Assert.Equal(16, passages.Count);
        Assert.All(passages, p => Assert.Contains(p.Before + Tokenizer.Decode(p.Following), Text));
        return RobustnessMeasure.Measure(new(model, Tokenizer, passages, CancellationToken.None));
    }
}
