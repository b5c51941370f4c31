using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

public sealed class CorpusFilesTests : CorpusFolderTests
{
    [Fact]
    public void A_folder_reached_through_several_links_is_read_once()
    {
        Write("corpus/a.txt", "alpha");
        Write("corpus/below/b.txt", "beta");
        Write("elsewhere/c.txt", "gamma");
        foreach (
            var (link, target) in ((string, string)[])
                [
                    ("loop", ".."),
                    ("self", "."),
                    ("below/up", ".."),
                    ("below/up2", "../.."),
                    ("again", "below"),
                    ("out", "../elsewhere"),
                ]
        )
        {
            Directory.CreateSymbolicLink(Folder[$"corpus/{link}"], target);
        }

        Directory.CreateSymbolicLink(Folder["elsewhere/back"], "../corpus/below");
        Directory.CreateSymbolicLink(Folder["elsewhere/out"], ".");

        var corpus = Corpus.Open(Folder["corpus"]);

        Assert.Equal(["a.txt", "below/b.txt", "out/c.txt"], corpus.Documents.Select(d => d.Name));
        Assert.Contains(
            corpus.Warnings,
            w =>
                w.Contains("a link to a folder that is read anyway", StringComparison.Ordinal)
                && w.Contains("In all 7", StringComparison.Ordinal));
    }

    [Fact]
    public void A_corpus_that_a_link_leads_to_is_read_once()
    {
        Write("real/a.txt", "alpha");
        Directory.CreateSymbolicLink(Folder["real/back"], Folder["way"]);
        Directory.CreateSymbolicLink(Folder["way"], "real");

        Assert.Equal(["a.txt"], Corpus.Open(Folder["way"]).Documents.Select(d => d.Name));
    }

    [Fact]
    public void A_file_with_several_names_is_one_document_and_can_be_held_out_by_any_name()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Makes a hard link by ln.");
        Write("a.txt", "alpha");
        Write("b.txt", "beta");
        File.CreateSymbolicLink(Folder["a-link.txt"], "a.txt");
        Write("test/copy.txt", "alpha");
        using (var ln = System.Diagnostics.Process.Start("ln", [Folder["b.txt"], Folder["hard.txt"]]))
        {
            ln.WaitForExit();
        }

        var corpus = Corpus.Open(Folder.Path);

        Assert.Equal("alpha\nbeta\n", corpus.Text.ReadToEnd());
        Assert.Contains(
            corpus.Warnings,
            w =>
                w.Contains("the same bytes as an earlier one", StringComparison.Ordinal)
                && w.Contains("In all 3 in 3 documents", StringComparison.Ordinal));
        Assert.DoesNotContain(corpus.Warnings, w => w.Contains("come again", StringComparison.Ordinal));
        foreach (var name in (string[])["a.txt", "a-link.txt", "test/*"])
        {
            var split = corpus.Split(new HoldOut { Documents = [name] });
            Assert.Equal(("beta\n", "alpha\n"), (split.Training.ReadToEnd(), split.Validation.ReadToEnd()));
        }
    }

    [Fact]
    public void Opening_a_pipe_does_not_block()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Makes a pipe by mkfifo.");
        Write("a.txt", "alpha");
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [Folder["pipe.txt"]]))
        {
            mkfifo.WaitForExit();
        }

        var corpus = Corpus.Open(Folder.Path);

        Assert.Equal("alpha\n", corpus.Text.ReadToEnd());
        Assert.Contains(
            corpus.Warnings,
            w =>
                w.StartsWith(
                    "pipe.txt, line 1, byte 0: the file is empty or not a regular file",
                    StringComparison.Ordinal));
        Assert.Contains("is not a regular file. A pipe cannot be read twice", Refusal(Folder["pipe.txt"]));
    }
}
