using System.Security.Cryptography;
using System.Text;
using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

public sealed class CorpusTests : CorpusFolderTests
{
    [Fact]
    public void A_text_is_read_with_its_size_and_hash()
    {
        var corpus = Open("abc"u8);

        Assert.Equal(
            ("text.txt", "abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (corpus.Name, corpus.Text.ReadToEnd(), corpus.Bytes, corpus.Sha256));
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_text()
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
    public void Multibyte_characters_survive_block_boundaries(int offset)
    {
        var text = new string('x', offset - 2) + "🦆é語" + new string('y', 70_000);
        var corpus = Open(Encoding.UTF8.GetBytes(text));

        Assert.Equal(text, corpus.Text.ReadToEnd());
        Assert.Equal(text.Length, corpus.Text.Length);
        Assert.All(corpus.Text.Pieces(), piece => Assert.False(char.IsLowSurrogate(piece[0])));
    }

    [Fact]
    public void A_folder_is_read_as_its_ordered_text_files_each_ending_in_a_line_break()
    {
        Write("b.txt", "beta\n");
        Write("a.txt", "alpha");
        Write("more/c.TXT", "gamma");
        Write("notes.md", "no part of it");
        Write("empty.txt", "");

        var corpus = Corpus.Open(Folder.Path + "/");

        Assert.Equal("alpha\nbeta\ngamma\n", corpus.Text.ReadToEnd());
        Assert.Equal(["a.txt", "b.txt", "more/c.TXT"], corpus.Documents.Select(d => d.Name));
        Assert.Equal((Path.GetFileName(Folder.Path), 15), (corpus.Name, corpus.Bytes));
        Assert.Equal("alpha\nbeta\ngamma\n".Length, corpus.Text.Length);
        Assert.Contains(
            corpus.Warnings,
            w => w.StartsWith("empty.txt, line 1, byte 0: the file is empty", StringComparison.Ordinal));
    }

    [Fact]
    public void The_hash_of_a_folder_is_the_hash_of_the_output_of_sha256sum()
    {
        Write("a.txt", "alpha");
        Write("b.txt", "beta");
        static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

        Assert.Equal(Hash($"{Hash("alpha")}  a.txt\n{Hash("beta")}  b.txt\n"), Corpus.Open(Folder.Path).Sha256);
    }

    [Fact]
    public void Files_that_are_not_text_are_refused()
    {
        Assert.Contains("There is no file", Refusal(Folder["none.txt"]));
        Assert.Contains("has no .txt file in it or below it", Refusal(Folder.Path));
        Write("empty.txt", "");
        Assert.Contains("empty.txt is empty", Refusal(Folder["empty.txt"]));
        Assert.Contains("1 .txt files, but all are empty", Refusal(Folder.Path));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_reported()
    {
        Write("a.txt", "alpha");
        File.CreateSymbolicLink(Folder["dangling.txt"], Folder["nowhere"]);

        Assert.Contains($"{Folder["dangling.txt"]} cannot be read: ", Refusal(Folder.Path));
    }

    [Fact]
    public void A_change_of_a_file_during_reading_is_detected()
    {
        var corpus = Open("some text"u8);
        Write("text.txt", "some other text");

        Assert.Contains("was changed", Assert.Throws<CorpusException>(corpus.Text.ReadToEnd).Message);
    }

    [Fact]
    public void A_sample_is_spread_evenly_over_the_text()
    {
        var text = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i:D7}\n"));
        var corpus = Corpus.FromText("t", text);

        var sample = corpus.Text.Sample(800_000).ToList();

        Assert.InRange(sample.Sum(p => p.Length), 700_000, 800_000);
        Assert.InRange(
            sample.Average(p => text.IndexOf(p, StringComparison.Ordinal)),
            0.4 * text.Length,
            0.6 * text.Length);
        Assert.Equal(text, string.Concat(corpus.Text.Sample(text.Length)));
    }
}
