using System.Text;
using LmModel.Tests.Checkpoints;
using LmModel.Training;

namespace LmModel.Tests.Training;

public sealed class CorpusTests
{
    [Fact]
    public void A_text_is_read_with_its_size_and_hash()
    {
        var corpus = Read("abc"u8);

        Assert.Equal(("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), (corpus.Text, corpus.Bytes, corpus.Sha256));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_text() =>
        Assert.Equal("é", Read([.. Encoding.UTF8.Preamble, .. "é"u8]).Text);

    [Fact]
    public void Bytes_that_are_no_UTF8_are_named_by_position_and_line() =>
        Assert.Contains("byte 5 (line 2) starts no valid character", Refusal([.. "ab\ncd"u8, 0xE9, (byte)'x']));

    [Fact]
    public void An_empty_file_is_refused() => Assert.Contains("is empty", Refusal([]));

    [Fact]
    public void A_missing_file_and_a_folder_are_refused()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("There is no file", Assert.Throws<CorpusException>(() => Corpus.Read(folder["none.txt"])).Message);
        Assert.Contains("is a folder", Assert.Throws<CorpusException>(() => Corpus.Read(folder.Path)).Message);
    }

    [Fact]
    public void The_split_is_the_one_of_the_published_figures()
    {
        // tinyshakespeare: 1,115,394 characters, of which the first 1,003,854 are trained on.
        var corpus = new Corpus { Name = "t", Text = new string('a', 1_115_394), Bytes = 0, Sha256 = "" };

        var (training, validation) = corpus.Split(0.1);

        Assert.Equal((1_003_854, 111_540), (training.Length, validation.Length));
    }

    [Fact]
    public void The_split_cuts_no_character_in_two()
    {
        var corpus = new Corpus { Name = "t", Text = string.Concat(Enumerable.Repeat("🦆", 5)), Bytes = 0, Sha256 = "" };

        var (training, validation) = corpus.Split(0.5);

        Assert.Equal(("🦆🦆", "🦆🦆🦆"), (training, validation));
    }

    private static Corpus Read(ReadOnlySpan<byte> bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["text.txt"], bytes);
        return Corpus.Read(folder["text.txt"]);
    }

    private static string Refusal(byte[] bytes) => Assert.Throws<CorpusException>(() => Read(bytes)).Message;
}
