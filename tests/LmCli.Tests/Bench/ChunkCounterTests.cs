using System.Text;
using LmCli.Bench.Load;

namespace LmCli.Tests.Bench;

public sealed class ChunkCounterTests
{
    private const string Text =
        "data: {\"choices\":[{\"text\":\" a \\\"finish_reason\\\":null\",\"index\":0,\"finish_reason\":null}],\"usage\":null}\n\n";

    private const string End =
        "data: {\"choices\":[{\"text\":\"\",\"index\":0,\"finish_reason\":\"length\"}],\"usage\":null}\n\n"
        + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":3,\"total_tokens\":7}}\n\n"
        + "data: [DONE]\n\n";

    [Fact]
    public void Chunks_are_counted_wherever_reads_cut_them()
    {
        var stream = Encoding.UTF8.GetBytes(Text + Text + Text + End);
        var counter = new ChunkCounter();
        for (var size = 1; size <= stream.Length; size++)
        {
            counter.Reset();
            for (var at = 0; at < stream.Length; at += size)
            {
                counter.Feed(stream.AsSpan(at, Math.Min(size, stream.Length - at)));
            }

            Assert.Equal(3, counter.Tokens);
            Assert.Equal((4, 3), counter.Finish());
        }
    }

    [Theory]
    [InlineData(Text)]
    [InlineData(Text + "data: {\"error\":{\"message\":\"no\"}}\n\n")]
    [InlineData(Text + Text + Text + Text + End)]
    public void A_stream_that_breaks_off_or_counts_wrong_is_an_error(string stream)
    {
        var counter = new ChunkCounter();
        counter.Feed(Encoding.UTF8.GetBytes(stream));
        Assert.Throws<InvalidDataException>(() => counter.Finish());
    }
}
