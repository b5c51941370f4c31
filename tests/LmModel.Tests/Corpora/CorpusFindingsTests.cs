using System.Text;
using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

public sealed class CorpusFindingsTests : CorpusFolderTests
{
    [Theory]
    [InlineData(
        "ab\nc\uFFFDd\uFFFD",
        "text.txt, line 2, byte 4: U+FFFD, which replaces a character that was lost in an earlier conversion. In all 2."
    )]
    [InlineData("CafÃ© und GrÃ¶ÃŸe", "text.txt, line 1, byte 3: two characters such as Ã© instead of one letter")]
    [InlineData("donâ€™t", "text.txt, line 1, byte 3: two characters")]
    [InlineData("one\r\ntwo\n", "text.txt, line 1, byte 3: a line ends with a carriage return")]
    [InlineData("the end\u001A", "text.txt, line 1, byte 7: a control character")]
    public void Suspicious_text_is_a_warning_with_file_line_and_byte(string text, string expected) =>
        Assert.Contains(
            Open(Encoding.UTF8.GetBytes(text)).Warnings,
            w => w.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void A_byte_order_mark_inside_a_text_is_removed_and_reported()
    {
        byte[] marked = [.. Encoding.UTF8.Preamble, .. "é one\n"u8];

        var corpus = Open([.. marked, .. marked, .. Encoding.UTF8.Preamble]);

        Assert.Equal("é one\né one\n", corpus.Text.ReadToEnd());
        Assert.Equal(corpus.Text.ReadToEnd().Length, corpus.Text.Length);
        Assert.Contains(
            corpus.Warnings,
            w =>
                w.StartsWith(
                    "text.txt, line 2, byte 10: a byte order mark (U+FEFF) inside the text",
                    StringComparison.Ordinal
                ) && w.EndsWith("In all 2.", StringComparison.Ordinal));
        Assert.Contains(
            "is empty",
            Assert.Throws<CorpusException>(() => Open([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.Preamble])).Message);
        File.WriteAllBytes(Folder["valid.txt"], [.. marked, .. Encoding.UTF8.Preamble, (byte)'x']);
        Assert.Equal(
            "é one\nx",
            Open("train"u8).Split(new HoldOut { ValidationText = Folder["valid.txt"] }).Validation.ReadToEnd());
    }

    [Theory]
    [InlineData("\uFFFD")]
    [InlineData("\uFEFF")]
    [InlineData("Ã©")]
    [InlineData("\r")]
    [InlineData("\n\r\uFFFDÃ©\uFEFF€")]
    public void The_number_of_passes_over_a_block_does_not_grow_with_its_suspicious_places(string suspect)
    {
        const int Times = 300_000;
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(suspect, Times)));
        var places = new Dictionary<Finding, List<(CorpusPlace Place, long Count)>>();
        void Found(Finding finding, CorpusPlace place, long count)
        {
            places.TryAdd(finding, []);
            places[finding].Add((place, count));
        }

        DocumentScan.Read(
            "t",
            "t",
            () => new MemoryStream(bytes),
            Found,
            new PassageReader(byPassage: false, (_, _) => { }),
            addLineBreak: false);

        // Each place costs a pass over its block of 64 KiB.
        Assert.InRange(places.Values.Max(p => p.Count), 1, (bytes.Length >> 16) + 1);
        Assert.All(places, kind => Assert.InRange(kind.Value.Sum(p => p.Count), Times - 1, Times));
        Assert.All(places.Values, kind => Assert.InRange(kind[0].Place.Byte, 0, 3 * suspect.Length));
    }

    [Fact]
    public void The_first_place_and_the_count_of_each_finding_match_a_plain_search()
    {
        var random = new Random(1);
        for (var round = 0; round < 20; round++)
        {
            string[] parts = ["x", "é", "🦆", "\n", "\uFFFD", "\uFEFF", "\r", new string('y', random.Next(30_000))];
            var text = "x" + string.Concat(Enumerable.Range(0, 200).Select(_ => parts[random.Next(parts.Length)]));

            var warnings = Open(Encoding.UTF8.GetBytes(text)).Warnings;

            foreach (var suspect in "\uFFFD\uFEFF\r")
            {
                var first = text[..text.IndexOf(suspect)];
                var expected = string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"text.txt, line {first.Count(c => c == '\n') + 1:N0}, byte "
                        + $"{Encoding.UTF8.GetByteCount(first):N0}: ");
                Assert.Contains(
                    warnings,
                    w =>
                        w.StartsWith(expected, StringComparison.Ordinal)
                        && w.EndsWith($" In all {text.Count(c => c == suspect)}.", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_clean_long_text_has_no_warnings_and_a_short_text_reports_its_length()
    {
        var words = new Random(1);
        var clean = new StringBuilder();
        while (clean.Length < 110_000)
        {
            clean.Append($"Ângela, São Tomé et l'âme: {words.Next()} {words.Next()}\n");
        }

        Assert.Empty(Corpus.FromText("t", clean.ToString()).Warnings);
        Assert.Contains(
            "t has only 99,999 characters",
            Assert.Single(Corpus.FromText("t", clean.ToString()[..99_999]).Warnings));
    }

    [Fact]
    public void Duplicate_and_near_duplicate_documents_are_reported()
    {
        Write("a.txt", Story(1));
        Write("b.txt", Story(2));
        Write("c.txt", Story(1).ToUpperInvariant());
        Write("d.txt", Story(2).Replace("w1 ", "w2 ", StringComparison.Ordinal) + "and more of it.");

        var warning = Assert.Single(
            Corpus.Open(Folder.Path).Warnings,
            w => w.Contains("come again", StringComparison.Ordinal));

        Assert.Contains("2 of 4 documents come again, 1 verbatim and 1 nearly so: ", warning);
        Assert.Contains("c.txt, line 1, byte 0 repeats a.txt, line 1, byte 0; ", warning);
        Assert.Contains("d.txt, line 1, byte 0 nearly repeats b.txt, line 1, byte 0.", warning);
    }

    [Fact]
    public void A_repeated_passage_in_one_file_is_reported_with_line_and_byte()
    {
        var text = $"Ä\n{Story(1)}\n\n{Story(2)}\n{Story(3)}\n";
        var again = Encoding.UTF8.GetByteCount(text);

        var warning = Assert.Single(
            Open(Encoding.UTF8.GetBytes(text + Story(1) + "\n")).Warnings,
            w => w.Contains("come again", StringComparison.Ordinal));

        Assert.Contains("1 of 4 passages of 50 words or more come again", warning);
        Assert.Contains($"text.txt, line 6, byte {again:N0} ", warning);
    }

    /// <summary>A paragraph of 300 words, some of which come again.</summary>
    private static string Story(int seed)
    {
        var random = new Random(seed);
        return string.Concat(Enumerable.Range(0, 300).Select(_ => $"w{random.Next(300)} ")) + "end.";
    }
}
