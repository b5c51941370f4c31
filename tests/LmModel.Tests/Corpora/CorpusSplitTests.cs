using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

public sealed class CorpusSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_default_split_of_tinyshakespeare_is_the_published_split()
    {
        // tinyshakespeare: 1,115,394 characters, of which the first 1,003,854 are trained on.
        var corpus = Corpus.FromText("t", new string('a', 1_115_394));
        var split = corpus.Split(new HoldOut());

        Assert.Equal((1_003_854, 111_540), (split.Training.Length, split.Validation.Length));
        Assert.Equal(
            "The last 10 % of its characters were held out for validation and never trained on.",
            split.Description);
        Assert.StartsWith("The last 0.1 % of its", corpus.Split(new HoldOut { Share = 0.001 }).Description);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.33)]
    [InlineData(0.5)]
    public void Splitting_a_file_on_disk_matches_splitting_it_in_memory(double share)
    {
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i} é\n"));
        var cut = (int)(text.Length * (1 - share));

        var split = Corpus.FromText("t", text).Split(new HoldOut { Share = share });

        Assert.Equal((text[..cut], text[cut..]), (split.Training.ReadToEnd(), split.Validation.ReadToEnd()));
    }

    [Fact]
    public void The_split_never_divides_a_character()
    {
        var split = Corpus.FromText("t", string.Concat(Enumerable.Repeat("🦆", 5))).Split(new HoldOut { Share = 0.5 });

        Assert.Equal(("🦆🦆", "🦆🦆🦆"), (split.Training.ReadToEnd(), split.Validation.ReadToEnd()));
    }

    [Fact]
    public void Whole_documents_are_held_out_by_name_or_pattern()
    {
        var split = Letters(6).Split(new HoldOut { Documents = ["b.txt", "more/?.txt"] });

        Assert.Equal(
            ("aaaaa\nccccc\nddddd\n", "bbbbb\neeeee\nfffff\n"),
            (split.Training.ReadToEnd(), split.Validation.ReadToEnd()));
        Assert.StartsWith("3 of its 6 documents, 18 of 36 characters, were held out", split.Description);
        Assert.EndsWith(": b.txt, more/e.txt, more/f.txt.", split.Description);
        Assert.Equal("eeeee\n", Letters(6).Split(new HoldOut { Documents = ["e.txt"] }).Validation.ReadToEnd());
    }

    [Fact]
    public void Without_names_whole_documents_are_held_out_until_the_share_is_reached()
    {
        var corpus = Letters(20);

        var split = corpus.Split(new HoldOut());

        Assert.Equal(12, split.Validation.Length);
        Assert.Equal(
            split.Validation.ReadToEnd(),
            Corpus.Open(_folder.Path).Split(new HoldOut()).Validation.ReadToEnd());
        Assert.Equal(
            corpus.Text.ReadToEnd().Order(), (split.Training.ReadToEnd() + split.Validation.ReadToEnd()).Order());
        var lines = split.Validation.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Count(line => line.Distinct().Count() == 1));
    }

    [Fact]
    public void At_least_one_document_is_held_out_but_never_all()
    {
        File.WriteAllText(_folder["long.txt"], new string('a', 1000));
        File.WriteAllText(_folder["short.txt"], new string('b', 900));

        var split = Corpus.Open(_folder.Path).Split(new HoldOut { Share = 0.01 });

        Assert.Equal((1001, 901), (split.Training.Length, split.Validation.Length));
    }

    [Fact]
    public void A_folder_of_one_document_is_split_like_a_file()
    {
        File.WriteAllText(_folder["one.txt"], "0123456789");

        var split = Corpus.Open(_folder.Path).Split(new HoldOut { Share = 0.5 });

        Assert.Equal(("01234", "56789\n"), (split.Training.ReadToEnd(), split.Validation.ReadToEnd()));
    }

    [Fact]
    public void With_a_validation_text_the_whole_corpus_is_used_for_training()
    {
        File.WriteAllText(_folder["train.txt"], "training");
        File.WriteAllText(_folder["valid.txt"], "validation");
        var corpus = Corpus.Open(_folder["train.txt"]);

        var split = corpus.Split(new HoldOut { ValidationText = _folder["valid.txt"] });

        Assert.Equal(
            ("training", "validation", "trainingvalidation"),
            (split.Training.ReadToEnd(), split.Validation.ReadToEnd(), split.All.ReadToEnd()));
        Assert.StartsWith("It was validated on `valid.txt`, 10 bytes", split.Description);
        Assert.Contains(
            "is the training text itself",
            Refusal(corpus, new HoldOut { ValidationText = _folder["train.txt"] }));
    }

    [Fact]
    public void A_validation_text_inside_the_corpus_is_refused_with_advice_to_hold_it_out()
    {
        Letters(3);
        File.WriteAllText(_folder["more/other.valid"], "valid");
        var corpus = Corpus.Open(_folder.Path);
        File.Copy(_folder["b.txt"], _folder["copy.valid"]);

        foreach (var path in (string[])["b.txt", "copy.valid"])
        {
            var message = Refusal(corpus, new HoldOut { ValidationText = _folder[path] });
            Assert.Contains("too, as b.txt, and would be trained on. Hold out these documents instead", message);
        }

        Assert.Equal(
            "valid",
            corpus.Split(new HoldOut { ValidationText = _folder["more/other.valid"] }).Validation.ReadToEnd());
    }

    [Fact]
    public void Only_the_beginning_of_a_very_long_held_out_text_is_scored()
    {
        var split = Corpus.FromText("t", new string('a', 20_000_000)).Split(new HoldOut { Share = 0.5 });

        Assert.Equal((10_000_000, CorpusSplit.MostValidation), (split.Training.Length, split.Validation.Length));
        Assert.EndsWith("Of these 10,000,000 characters the first 5,000,000 are scored.", split.Description);
    }

    [Fact]
    public void A_whole_text_can_be_scored() =>
        Assert.Equal("abc", Corpus.FromText("t", "abc").Split(new HoldOut { Share = 1 }).Validation.ReadToEnd());

    [Fact]
    public void Names_that_match_no_document_are_refused_with_the_available_names()
    {
        var corpus = Letters(3);

        Assert.Contains(
            "matches 'z*', which is to be held out. There are a.txt, b.txt, c.txt.",
            Refusal(corpus, new HoldOut { Documents = ["a.txt", "z*"] }));
        Assert.Contains("All 3 documents", Refusal(corpus, new HoldOut { Documents = ["*"] }));
        Assert.Contains("t is one document", Refusal(Corpus.FromText("t", "abc"), new HoldOut { Documents = ["t"] }));
        Assert.Contains(
            "exclude each other", Refusal(corpus, new HoldOut { Documents = ["a.txt"], ValidationText = "x" }));
    }

    /// <summary>Documents of one letter each; from the fifth on in a folder below.</summary>
    private Corpus Letters(int count)
    {
        Directory.CreateDirectory(_folder["more"]);
        for (var i = 0; i < count; i++)
        {
            var letter = (char)('a' + i);
            File.WriteAllText(_folder[$"{(i < 4 ? "" : "more/")}{letter}.txt"], new string(letter, 5));
        }

        return Corpus.Open(_folder.Path);
    }

    private static string Refusal(Corpus corpus, HoldOut holdOut) =>
        Assert.Throws<CorpusException>(() => corpus.Split(holdOut)).Message;
}
