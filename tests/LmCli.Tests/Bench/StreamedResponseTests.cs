using LmCli.Bench.Load;

namespace LmCli.Tests.Bench;

public sealed class StreamedResponseTests
{
    [Fact]
    public void Chunks_and_reads_may_end_anywhere()
    {
        var events = StreamedAnswer.Of(tokens: 2);
        var response = new StreamedResponse(new EventStreamCounter());
        for (var cut = 1; cut < events.Length; cut += 3)
        {
            var bytes = StreamedAnswer.Chunked(events[..cut], events[cut..]);
            foreach (var size in new[] { 1, 5, 64, bytes.Length })
            {
                response.Reset();
                foreach (var read in bytes.Chunk(size))
                {
                    Assert.False(response.Complete);
                    response.Feed(read);
                }

                Assert.True(response.Complete);
                Assert.Equal((16, 2), response.Events.Finish());
            }
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 4\r\n\r\nbusy", "429 Too Many Requests: busy")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 4\r\n\r\n",
        "did not answer with a stream"
    )]
    [InlineData(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        "did not answer with a stream"
    )]
    public void A_response_that_is_not_an_event_stream_is_an_error(string answer, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() =>
            new StreamedResponse(new EventStreamCounter()).Feed(StreamedAnswer.Bytes(answer)));

        Assert.Contains(expected, error.Message);
    }
}
