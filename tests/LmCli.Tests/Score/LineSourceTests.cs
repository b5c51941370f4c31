using System.Text;
using LmCli.Score;
using Microsoft.Extensions.Time.Testing;

namespace LmCli.Tests.Score;

public sealed class LineSourceTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Only keeps a fault from hanging the tests.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _end = new(Patience);

    private string Log => _folder["app.log"];

    public void Dispose()
    {
        _end.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\nb", "a|b")]
    [InlineData("\n\nlast", "||last")]
    [InlineData("é\n€\n😀", "é|€|😀")]
    [InlineData("", "")]
    public async Task A_stream_has_the_same_lines_wherever_reads_cut_it(string text, string lines)
    {
        for (var size = 1; size <= text.Length + 1; size++)
        {
            var splitter = new LineSplitter();
            var found = Encoding.UTF8.GetBytes(text).Chunk(size).SelectMany(piece => splitter.Add(piece)).ToList();
            if (splitter.Flush() is { } last)
            {
                found.Add(last);
            }

            Assert.Equal(lines, string.Join('|', found));
        }

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        Assert.Equal(lines, string.Join('|', await LineSource.ReadAsync(stream, _end.Token).ToListAsync()));
    }

    [Fact]
    public void A_line_without_an_end_is_cut_and_bytes_that_are_not_UTF_8_are_replaced()
    {
        var splitter = new LineSplitter();
        Assert.Equal(
            [new string('x', LineSplitter.MaxLength), "xx"],
            splitter.Add(Encoding.ASCII.GetBytes(new string('x', LineSplitter.MaxLength + 2) + "\n")));
        Assert.Equal(["a\uFFFDb"], splitter.Add([(byte)'a', 0xFF, (byte)'b', (byte)'\n']));
    }

    [Fact]
    public async Task Only_what_is_added_is_followed_and_a_line_counts_when_it_is_complete()
    {
        await File.WriteAllTextAsync(Log, "old\n");
        await using var lines = Follow();
        var first = lines.MoveNextAsync();
        await PollAsync();
        await File.AppendAllTextAsync(Log, "par");
        await PollAsync();
        Assert.False(first.IsCompleted);

        await File.AppendAllTextAsync(Log, "tial\nnext\n");
        Assert.Equal("partial", await LineAsync(lines, first));
        Assert.Equal("next", await LineAsync(lines));
    }

    [Fact]
    public async Task A_file_that_is_renamed_is_read_to_its_end_before_the_new_one_of_its_name()
    {
        await File.WriteAllTextAsync(Log, "one\n");
        await using var lines = Follow(fromStart: true);
        Assert.Equal("one", await LineAsync(lines));

        await File.AppendAllTextAsync(Log, "two\nunfinished");
        File.Move(Log, _folder["app.log.1"]);
        Assert.Equal("two", await LineAsync(lines));
        Assert.Equal("unfinished", await LineAsync(lines));
        var next = lines.MoveNextAsync();
        await PollAsync(); // there is no file now
        await File.WriteAllTextAsync(Log, "three\n");
        Assert.Equal("three", await LineAsync(lines, next));
    }

    [Fact]
    public async Task A_file_that_is_deleted_and_made_again_is_read_from_its_beginning()
    {
        await File.WriteAllTextAsync(Log, "one\n");
        await using var lines = Follow();
        var next = lines.MoveNextAsync();
        await PollAsync();
        File.Delete(Log);
        await File.WriteAllTextAsync(Log, "new\n");
        Assert.Equal("new", await LineAsync(lines, next));
    }

    [Fact]
    public async Task A_file_that_is_truncated_is_read_from_its_beginning()
    {
        await File.WriteAllTextAsync(Log, "one\ntwo\n");
        await using var lines = Follow(fromStart: true);
        Assert.Equal("one", await LineAsync(lines));
        Assert.Equal("two", await LineAsync(lines));

        var next = lines.MoveNextAsync();
        await PollAsync();
        await File.WriteAllTextAsync(Log, "x\n");
        Assert.Equal("x", await LineAsync(lines, next));
    }

    private IAsyncEnumerator<string> Follow(bool fromStart = false) =>
        LineSource.FollowAsync(Log, fromStart, Interval, _time, _end.Token).GetAsyncEnumerator();

    private Task<string> LineAsync(IAsyncEnumerator<string> lines) => LineAsync(lines, lines.MoveNextAsync());

    private async Task<string> LineAsync(IAsyncEnumerator<string> lines, ValueTask<bool> next)
    {
        var moved = next.AsTask();
        while (!moved.IsCompleted)
        {
            await PollAsync();
        }

        Assert.True(await moved);
        return lines.Current;
    }

    /// <summary>Lets the follower look at the file again.</summary>
    private async Task PollAsync()
    {
        _time.Advance(Interval);
        await Task.Delay(TimeSpan.FromMilliseconds(5), _end.Token);
    }
}
