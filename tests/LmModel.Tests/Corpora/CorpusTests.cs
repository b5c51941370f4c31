using System.Security.Cryptography;
using System.Text;
using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

public sealed class CorpusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_text_is_read_with_its_size_and_hash()
    {
        var corpus = Open("abc"u8);

        Assert.Equal(
            ("text.txt", "abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (corpus.Name, corpus.Text.ReadToEnd(), corpus.Bytes, corpus.Sha256));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_text()
    {
        var corpus = Open([.. Encoding.UTF8.Preamble, .. "é"u8]);

        Assert.Equal(("é", 5), (corpus.Text.ReadToEnd(), corpus.Bytes));
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(65_538)]
    [InlineData(300_000)]
    public void Characters_of_several_bytes_survive_wherever_a_block_ends(int offset)
    {
        var text = new string('x', offset - 2) + "🦆é語" + new string('y', 70_000);
        var corpus = Open(Encoding.UTF8.GetBytes(text));

        Assert.Equal(text, corpus.Text.ReadToEnd());
        Assert.Equal(text.Length, corpus.Text.Length);
        Assert.All(corpus.Text.Pieces(), piece => Assert.False(char.IsLowSurrogate(piece[0])));
    }

    [Fact]
    public void A_folder_is_its_text_files_in_order_each_ending_in_a_line_break()
    {
        Write("b.txt", "beta\n");
        Write("a.txt", "alpha");
        Write("more/c.TXT", "gamma");
        Write("notes.md", "no part of it");
        Write("empty.txt", "");

        var corpus = Corpus.Open(_folder.Path + "/");

        Assert.Equal("alpha\nbeta\ngamma\n", corpus.Text.ReadToEnd());
        Assert.Equal(["a.txt", "b.txt", "more/c.TXT"], corpus.Documents.Select(d => d.Name));
        Assert.Equal((Path.GetFileName(_folder.Path), 15), (corpus.Name, corpus.Bytes));
        Assert.Equal("alpha\nbeta\ngamma\n".Length, corpus.Text.Length);
        Assert.Contains(corpus.Warnings, w => w.StartsWith("empty.txt, line 1, byte 0: the file is empty", StringComparison.Ordinal));
    }

    [Fact]
    public void The_hash_of_a_folder_is_that_of_what_sha256sum_writes()
    {
        Write("a.txt", "alpha");
        Write("b.txt", "beta");
        static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

        Assert.Equal(Hash($"{Hash("alpha")}  a.txt\n{Hash("beta")}  b.txt\n"), Corpus.Open(_folder.Path).Sha256);
    }

    [Fact]
    public void What_is_no_text_at_all_is_refused()
    {
        Assert.Contains("There is no file", Refusal(_folder["none.txt"]));
        Assert.Contains("has no .txt file in it or below it", Refusal(_folder.Path));
        Write("empty.txt", "");
        Assert.Contains("empty.txt is empty", Refusal(_folder["empty.txt"]));
        Assert.Contains(".txt files, 1, but all are empty", Refusal(_folder.Path));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        Write("a.txt", "alpha");
        File.CreateSymbolicLink(_folder["dangling.txt"], _folder["nowhere"]);

        Assert.Contains($"{_folder["dangling.txt"]} cannot be read: ", Refusal(_folder.Path));
    }

    [Theory]
    [InlineData("ab\nc\uFFFDd\uFFFD", "text.txt, line 2, byte 4: U+FFFD stands where a character was lost in an earlier conversion. In all 2.")]
    [InlineData("CafÃ© und GrÃ¶ÃŸe", "text.txt, line 1, byte 3: two signs such as Ã© where one letter was meant")]
    [InlineData("donâ€™t", "text.txt, line 1, byte 3: two signs")]
    [InlineData("one\r\ntwo\n", "text.txt, line 1, byte 3: a line ends with a carriage return")]
    [InlineData("the end\u001A", "text.txt, line 1, byte 7: a control character")]
    public void What_is_suspicious_is_a_warning_with_file_line_and_byte(string text, string expected) =>
        Assert.Contains(Open(Encoding.UTF8.GetBytes(text)).Warnings, w => w.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void A_byte_order_mark_inside_of_a_text_is_left_out_and_named()
    {
        byte[] marked = [.. Encoding.UTF8.Preamble, .. "é one\n"u8];

        var corpus = Open([.. marked, .. marked, .. Encoding.UTF8.Preamble]);

        Assert.Equal("é one\né one\n", corpus.Text.ReadToEnd());
        Assert.Equal(corpus.Text.ReadToEnd().Length, corpus.Text.Length);
        Assert.Contains(
            corpus.Warnings, w => w.StartsWith("text.txt, line 2, byte 10: a byte order mark (U+FEFF) inside the text", StringComparison.Ordinal)
                && w.EndsWith("In all 2.", StringComparison.Ordinal));
        Assert.Contains("is empty", Assert.Throws<CorpusException>(() => Open([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.Preamble])).Message);
        File.WriteAllBytes(_folder["valid.txt"], [.. marked, .. Encoding.UTF8.Preamble, (byte)'x']);
        Assert.Equal("é one\nx", Open("train"u8).Split(new HoldOut { ValidationText = _folder["valid.txt"] }).Validation.ReadToEnd());
    }

    [Theory]
    [InlineData("\uFFFD")]
    [InlineData("\uFEFF")]
    [InlineData("Ã©")]
    [InlineData("\r")]
    [InlineData("\n\r\uFFFDÃ©\uFEFF€")]
    public void However_many_suspicious_places_there_are_a_block_is_looked_through_for_a_few_of_them(string suspect)
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
            "t", "t", () => new MemoryStream(bytes), Found, new PassageReader(byPassage: false, (_, _) => { }), addLineBreak: false);

        // Each place costs a pass over its block of 64 KiB.
        Assert.InRange(places.Values.Max(p => p.Count), 1, (bytes.Length >> 16) + 1);
        Assert.All(places, kind => Assert.InRange(kind.Value.Sum(p => p.Count), Times - 1, Times));
        Assert.All(places.Values, kind => Assert.InRange(kind[0].Place.Byte, 0, 3 * suspect.Length));
    }

    [Fact]
    public void The_first_place_and_the_number_of_each_kind_are_those_that_a_plain_search_finds()
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
                    $"text.txt, line {first.Count(c => c == '\n') + 1:N0}, byte {Encoding.UTF8.GetByteCount(first):N0}: ");
                Assert.Contains(warnings, w => w.StartsWith(expected, StringComparison.Ordinal)
                    && w.EndsWith($" In all {text.Count(c => c == suspect)}.", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_clean_text_of_some_length_has_no_warnings_and_a_short_one_says_how_short()
    {
        var words = new Random(1);
        var clean = new StringBuilder();
        while (clean.Length < 110_000)
        {
            clean.Append($"Ângela, São Tomé et l'âme: {words.Next()} {words.Next()}\n");
        }

        Assert.Empty(Corpus.FromText("t", clean.ToString()).Warnings);
        Assert.Contains("t has only 99,999 characters", Assert.Single(Corpus.FromText("t", clean.ToString()[..99_999]).Warnings));
    }

    [Fact]
    public void A_document_that_is_there_twice_or_nearly_is_named()
    {
        Write("a.txt", Story(1));
        Write("b.txt", Story(2));
        Write("c.txt", Story(1).ToUpperInvariant());
        Write("d.txt", Story(2).Replace("w1 ", "w2 ", StringComparison.Ordinal) + "and more of it.");

        var warning = Assert.Single(Corpus.Open(_folder.Path).Warnings, w => w.Contains("come again", StringComparison.Ordinal));

        Assert.Contains("2 of 4 documents come again, 1 word for word and 1 nearly so: ", warning);
        Assert.Contains("c.txt, line 1, byte 0 repeats a.txt, line 1, byte 0; ", warning);
        Assert.Contains("d.txt, line 1, byte 0 nearly repeats b.txt, line 1, byte 0.", warning);
    }

    [Fact]
    public void A_passage_that_comes_again_in_one_file_is_named_by_line_and_byte()
    {
        var text = $"Ä\n{Story(1)}\n\n{Story(2)}\n{Story(3)}\n";
        var again = Encoding.UTF8.GetByteCount(text);

        var warning = Assert.Single(
            Open(Encoding.UTF8.GetBytes(text + Story(1) + "\n")).Warnings, w => w.Contains("come again", StringComparison.Ordinal));

        Assert.Contains("1 of 4 passages of 50 words or more come again", warning);
        Assert.Contains($"text.txt, line 6, byte {again:N0} ", warning);
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_noticed()
    {
        var corpus = Open("some text"u8);
        Write("text.txt", "some other text");

        Assert.Contains("was changed", Assert.Throws<CorpusException>(corpus.Text.ReadToEnd).Message);
    }

    [Fact]
    public void A_sample_is_spread_over_the_text()
    {
        var text = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i:D7}\n"));
        var corpus = Corpus.FromText("t", text);

        var sample = corpus.Text.Sample(800_000).ToList();

        Assert.InRange(sample.Sum(p => p.Length), 700_000, 800_000);
        Assert.InRange(sample.Average(p => text.IndexOf(p, StringComparison.Ordinal)), 0.4 * text.Length, 0.6 * text.Length);
        Assert.Equal(text, string.Concat(corpus.Text.Sample(text.Length)));
    }

    [Fact]
    public void A_folder_is_read_once_however_many_links_lead_back_to_it()
    {
        Write("corpus/a.txt", "alpha");
        Write("corpus/below/b.txt", "beta");
        Write("elsewhere/c.txt", "gamma");
        foreach (var (link, target) in ((string, string)[])[("loop", ".."), ("self", "."), ("below/up", ".."), ("below/up2", "../.."), ("again", "below"), ("out", "../elsewhere")])
        {
            Directory.CreateSymbolicLink(_folder[$"corpus/{link}"], target);
        }

        Directory.CreateSymbolicLink(_folder["elsewhere/back"], "../corpus/below");
        Directory.CreateSymbolicLink(_folder["elsewhere/out"], ".");

        var corpus = Corpus.Open(_folder["corpus"]);

        Assert.Equal(["a.txt", "below/b.txt", "out/c.txt"], corpus.Documents.Select(d => d.Name));
        Assert.Contains(corpus.Warnings, w => w.Contains("a link to a folder that is read anyway", StringComparison.Ordinal)
            && w.Contains("In all 7", StringComparison.Ordinal));
    }

    [Fact]
    public void A_corpus_that_is_itself_reached_by_a_link_is_read_once()
    {
        Write("real/a.txt", "alpha");
        Directory.CreateSymbolicLink(_folder["real/back"], _folder["way"]);
        Directory.CreateSymbolicLink(_folder["way"], "real");

        Assert.Equal(["a.txt"], Corpus.Open(_folder["way"]).Documents.Select(d => d.Name));
    }

    [Fact]
    public void A_file_with_several_names_is_one_document_and_held_out_under_each_of_them()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Makes a hard link by ln.");
        Write("a.txt", "alpha");
        Write("b.txt", "beta");
        File.CreateSymbolicLink(_folder["a-link.txt"], "a.txt");
        Write("test/copy.txt", "alpha");
        using (var ln = System.Diagnostics.Process.Start("ln", [_folder["b.txt"], _folder["hard.txt"]]))
        {
            ln.WaitForExit();
        }

        var corpus = Corpus.Open(_folder.Path);

        Assert.Equal("alpha\nbeta\n", corpus.Text.ReadToEnd());
        Assert.Contains(corpus.Warnings, w => w.Contains("the same, byte for byte, as one before it", StringComparison.Ordinal)
            && w.Contains("In all 3 in 3 documents", StringComparison.Ordinal));
        Assert.DoesNotContain(corpus.Warnings, w => w.Contains("come again", StringComparison.Ordinal));
        foreach (var name in (string[])["a.txt", "a-link.txt", "test/*"])
        {
            var split = corpus.Split(new HoldOut { Documents = [name] });
            Assert.Equal(("beta\n", "alpha\n"), (split.Training.ReadToEnd(), split.Validation.ReadToEnd()));
        }
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Makes a pipe by mkfifo.");
        Write("a.txt", "alpha");
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [_folder["pipe.txt"]]))
        {
            mkfifo.WaitForExit();
        }

        var corpus = Corpus.Open(_folder.Path);

        Assert.Equal("alpha\n", corpus.Text.ReadToEnd());
        Assert.Contains(corpus.Warnings, w => w.StartsWith("pipe.txt, line 1, byte 0: the file is empty, or is not a regular one", StringComparison.Ordinal));
        Assert.Contains("is not a regular file: a pipe cannot be read twice", Refusal(_folder["pipe.txt"]));
    }

    /// <summary>A paragraph of 300 words, some of which come again.</summary>
    private static string Story(int seed)
    {
        var random = new Random(seed);
        return string.Concat(Enumerable.Range(0, 300).Select(_ => $"w{random.Next(300)} ")) + "end.";
    }

    private Corpus Open(ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(_folder["text.txt"], bytes);
        return Corpus.Open(_folder["text.txt"]);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }

    private static string Refusal(string path) => Assert.Throws<CorpusException>(() => Corpus.Open(path)).Message;
}
