using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

/// <summary>A folder whose files are read as a corpus.</summary>
public abstract class CorpusFolderTests : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Corpus Open(ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(Folder["text.txt"], bytes);
        return Corpus.Open(Folder["text.txt"]);
    }

    private protected void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder[name])!);
        File.WriteAllText(Folder[name], text);
    }

    private protected static string Refusal(string path) =>
        Assert.Throws<CorpusException>(() => Corpus.Open(path)).Message;
}
