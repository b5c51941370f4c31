using LmModel.Checkpoints;

namespace LmModel.Tests.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_file_is_created_or_replaced()
    {
        AtomicFile.Write(_folder["f"], stream => stream.Write("long content"u8));
        AtomicFile.Write(_folder["f"], stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(_folder["f"]));
        Assert.Equal(["f"], _folder.Files);
    }

    [Fact]
    public void A_failed_write_leaves_only_the_old_file()
    {
        File.WriteAllText(_folder["f"], "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(_folder["f"], stream =>
        {
            stream.Write("half of the"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(_folder["f"]));
        Assert.Equal(["f"], _folder.Files);
    }

    [Fact]
    public void A_failed_first_write_leaves_no_file()
    {
        Assert.Throws<InvalidOperationException>(
            () => AtomicFile.Replace(_folder["f"], _ => throw new InvalidOperationException()));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void A_reader_sees_the_old_content_until_the_new_content_is_complete()
    {
        File.WriteAllText(_folder["f"], "old");
        AtomicFile.Write(_folder["f"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(_folder["f"]));
        });
    }

    public void Dispose() => _folder.Dispose();
}
