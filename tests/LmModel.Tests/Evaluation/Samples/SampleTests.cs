using LmModel.Checkpoints;
using LmModel.Evaluation.Samples;
using LmModel.Inference.Engines;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Evaluation.Samples;

public sealed class SampleTests
{
    private static readonly string Text =
        string.Concat(Enumerable.Range(0, 400).Select(i => $"Line {i} has some words of its own.\n"));

    [Fact]
    public void Passages_do_not_overlap_and_begin_a_line_and_end_the_prompt_with_a_word()
    {
        var passages = SamplePassages.Of(Text, new ByteTokenizer(), 5, 100, default);

        Assert.Equal(5, passages.Count);
        Assert.All(passages, passage =>
        {
            Assert.StartsWith("Line ", passage.Prompt, StringComparison.Ordinal);
            Assert.InRange(passage.Prompt.Length, 200, 210);
            Assert.False(char.IsWhiteSpace(passage.Prompt[^1]));
            Assert.Equal(100, passage.Text.Length);
            Assert.Contains(passage.Prompt + passage.Text, Text, StringComparison.Ordinal);
        });
        var places = passages.Select(p => Text.IndexOf(p.Prompt, StringComparison.Ordinal)).ToList();
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second >= pair.First + 300));
    }

    [Fact]
    public void A_short_text_has_fewer_passages_and_one_that_is_too_short_is_refused()
    {
        Assert.Equal(2, SamplePassages.Of(Text[..1200], new ByteTokenizer(), 50, 100, default).Count);
        var refused = Assert.Throws<ArgumentException>(
            () => SamplePassages.Of(Text[..300], new ByteTokenizer(), 50, 100, default));
        Assert.Contains("has 300 characters; a passage of 100 tokens needs 550", refused.Message);
    }

    [Fact]
    public async Task Each_prompt_is_continued_in_each_way_with_a_seed_of_its_own_and_the_texts_are_always_the_same()
    {
        var folder = ModelFolder.Open(Path.Combine(Repository.Root, "models", "tiny"));
        using var model = StepModels.Create(folder.ReadWeights(), InferenceEngine.Managed, Precision.Fp32, 1);
        SampleText[] passages = [new("ROMEO:", new string('a', 30)), new("ROMEO:", new string('a', 20))];
        SamplingSettings[] ways = [new() { Temperature = 0 }, new() { Temperature = 1 }];

        var drawn = await SampleDrawing.DrawAsync(folder, model, passages, ways, TestContext.Current.CancellationToken);
        var again = await SampleDrawing.DrawAsync(folder, model, passages, ways, TestContext.Current.CancellationToken);

        Assert.Equal([30, 20, 30, 20], drawn.SelectMany(texts => texts).Select(text => text.Text.Length));
        Assert.Equal(drawn[0][0].Text[..20], drawn[0][1].Text);
        Assert.NotEqual(drawn[1][0].Text[..20], drawn[1][1].Text);
        Assert.Equal(drawn.SelectMany(texts => texts), again.SelectMany(texts => texts));
    }

    [Fact]
    public void A_figure_is_a_ratio_of_sums_and_its_interval_holds_it()
    {
        var report = Report(("m", Enumerable.Range(1, 40).Select(i => new Share(i % 4, 4))));

        Assert.Equal(1.5 / 4, report.Figure("m"), 1e-9);
        var interval = report.IntervalOf("m")!.Value;
        Assert.True(interval.Holds(1.5 / 4));
        Assert.InRange(interval.High - interval.Low, 0.1, 0.25);
        Assert.Null(Report(("m", [new(1, 1)])).IntervalOf("m"));
        Assert.True(double.IsNaN(Report(("m", [new(0, 0)])).Figure("m")));
    }

    [Fact]
    public void Of_the_ways_within_the_bounds_the_least_bland_is_chosen()
    {
        var heldOut = Like(unknown: 0.02, lower: 0.002, repeated: 0.005, copied: 30, loss: 1.6);
        SampleReport[] ways =
        [
            Like(unknown: 0.013, lower: 0, repeated: 0.001, copied: 28, loss: 1.6),
            Like(unknown: 0.001, lower: 0, repeated: 0.004, copied: 29, loss: 1.1),
            Like(unknown: 0.002, lower: 0, repeated: 0.004, copied: 29, loss: 1.2),
            Like(unknown: 0.001, lower: 0, repeated: 0.05, copied: 29, loss: 1.5),
            Like(unknown: 0.001, lower: 0, repeated: 0.004, copied: 90, loss: 1.5),
        ];

        Assert.Equal(2, SampleChoice.Of(heldOut, ways));
        Assert.Equal(0, SampleChoice.Of(heldOut, [ways[0], ways[3]]));
    }

    [Fact]
    public void The_grid_has_each_way_once_and_names_it()
    {
        var names = SampleGrid.Full.Select(SampleGrid.Name).ToList();

        Assert.Equal(50, names.Distinct().Count());
        Assert.Contains("0.8", names);
        Assert.Contains("1, min_p 0.1, repetition_penalty 1.05", names);
        Assert.Subset(names.ToHashSet(), SampleGrid.Quick.Select(SampleGrid.Name).ToHashSet());
    }

    private static SampleReport Like(
        double unknown, double lower, double repeated, double copied, double loss) => Report(
        (WordMeasures.Unknown, [new(unknown, 1)]), (WordMeasures.UnknownLowerCase, [new(lower, 1)]),
        (WordMeasures.Repeated, [new(repeated, 1)]), (CopiedPassages.Title, [new(copied, 1)]),
        (NgramLoss.Title, [new(loss, 1)]));

    private static SampleReport Report(params (string Name, IEnumerable<Share> Shares)[] measures) => new(
        measures.ToDictionary(m => m.Name, m => (IReadOnlyList<Share>)[.. m.Shares]));
}
