using LmModel.Evaluation.Leaks;
using LmModel.Numerics;

namespace LmModel.Tests.Evaluation.Leaks;

public sealed class LeakCheckTests
{
    private const string Passage = "Once upon a time there was a duck that could count to seven, and it did.";

    [Fact]
    public void A_planted_passage_is_found_and_located()
    {
        var scored = Letters(500, seed: 1) + "\n\n* " + Passage + "?" + Letters(500, seed: 2);
        var training = Letters(900, seed: 3) + "\n" + Passage + "\n" + Letters(900, seed: 4);

        var report = LeakCheck.Of(training, scored);

        Assert.Equal(new SharedPassage(Passage, 3, "the training text", 2), report.Longest);
        Assert.Equal(scored.Length - 49, report.Windows);
        Assert.Equal(Passage.Length - 49, report.Shared);
        Assert.Equal((double)report.Shared / report.Windows, report.Share);
    }

    [Fact]
    public void Texts_without_a_shared_passage_of_window_length_have_no_leak()
    {
        var report = LeakCheck.Of(Letters(5000, seed: 1), Letters(5000, seed: 2), window: 20);

        Assert.Equal((0, 0.0, null), (report.Shared, report.Share, report.Longest));
        Assert.Empty(report.Documents);
    }

    [Fact]
    public void A_text_that_was_trained_on_is_shared_completely()
    {
        var text = Letters(3000, seed: 1);

        var report = LeakCheck.Of("before" + text + "after", text);

        Assert.Equal(1, report.Share);
        Assert.Equal(text, report.Longest!.Text);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(2, 12)]
    [InlineData(4, 5)]
    [InlineData(1, 7)]
    public void Shares_and_longest_passages_match_a_brute_force_search(int letters, int window)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var (scored, training) = (Letters(150, seed, letters), Letters(120, seed + 100, letters));

            var report = LeakCheck.Of(training, scored, window);

            var windows = Enumerable
                .Range(0, scored.Length - window + 1)
                .Select(i => scored.Substring(i, window))
                .ToList();
            Assert.Equal(windows.Count(training.Contains), report.Shared);
            var longest = Enumerable
                .Range(0, scored.Length + 1)
                .Last(n =>
                    Enumerable
                        .Range(0, scored.Length - n + 1)
                        .Any(i => training.Contains(scored.Substring(i, n), StringComparison.Ordinal)));
            Assert.Equal(longest >= window ? longest : null, report.Longest?.Text.Length);
            Assert.True(
                report.Longest is null
                    || (scored.Contains(report.Longest.Text) && training.Contains(report.Longest.Text)));
        }
    }

    [Fact]
    public void Passages_span_pieces_of_a_document_but_not_documents()
    {
        var whole = new LeakCheck(Passage);
        whole.Begin("tales/ducks.txt");
        foreach (var letter in "\n\n" + Passage)
        {
            whole.Read([letter]);
        }

        whole.Begin("tales/geese.txt");
        whole.Read("Nothing of a duck here.");
        var report = whole.Report();
        Assert.Equal(new SharedPassage(Passage, 1, "tales/ducks.txt", 3), report.Longest);
        Assert.Equal([("tales/ducks.txt", Passage.Length - 49L)], report.Documents);

        var parted = new LeakCheck(Passage);
        parted.Begin("a");
        parted.Read(Passage.AsSpan(0, 40));
        parted.Begin("b");
        parted.Read(Passage.AsSpan(40));
        Assert.Null(parted.Report().Longest);
    }

    [Fact]
    public void Documents_are_listed_by_descending_overlap()
    {
        var scored = Letters(2000, seed: 1);
        var check = new LeakCheck(scored);
        check.Begin("little");
        check.Read(scored.AsSpan(0, 100));
        check.Begin("much");
        check.Read(scored.AsSpan(500, 700));

        Assert.Equal([("much", 651L), ("little", 51L)], check.Report().Documents);
    }

    [Fact]
    public void A_text_shorter_than_a_window_has_no_windows()
    {
        var report = LeakCheck.Of("duck", "duck");
        Assert.Equal((0, 0, 0.0), (report.Windows, report.Shared, report.Share));
    }

    private static string Letters(int length, long seed, int letters = 26) => string.Create(
        length, (seed, letters), (text, state) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = (char)('a' + (int)(Philox.Uniform(state.seed, 0, i) * state.letters));
            }
        });
}
