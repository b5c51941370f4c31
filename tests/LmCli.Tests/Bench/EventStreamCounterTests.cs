using LmCli.Bench.Load;

namespace LmCli.Tests.Bench;

public sealed class EventStreamCounterTests
{
    [Fact]
    public void Events_are_counted_wherever_reads_split_the_stream()
    {
        var stream = StreamedAnswer.Bytes(": keep-alive\n\n" + StreamedAnswer.Of(tokens: 3));
        var counter = new EventStreamCounter();
        for (var first = 0; first <= stream.Length; first++)
        {
            for (var second = first; second <= stream.Length; second += 7)
            {
                counter.Reset();
                counter.Feed(stream.AsSpan(0, first));
                counter.Feed(stream.AsSpan(first, second - first));
                counter.Feed(stream.AsSpan(second));
                Assert.Equal((16, 3), counter.Finish());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    public void Events_are_counted_in_reads_of_a_few_bytes(int size)
    {
        var counter = new EventStreamCounter();
        foreach (var read in StreamedAnswer.Bytes(StreamedAnswer.Of(tokens: 5)).Chunk(size))
        {
            counter.Feed(read);
        }

        Assert.Equal((16, 5), counter.Finish());
    }

    [Fact]
    public void Text_that_looks_like_an_event_or_a_count_is_ignored()
    {
        const string text = """\nevent: token\n event: done \"completion_tokens\":77""";
        var counter = new EventStreamCounter();
        counter.Feed(StreamedAnswer.Bytes(StreamedAnswer.Token(0, text) + StreamedAnswer.Done(1, text)));

        Assert.Equal((16, 1), counter.Finish());
    }

    [Theory]
    [InlineData(2, "2 token events, but the service counts 3")]
    [InlineData(4, "4 token events, but the service counts 3")]
    public void A_token_count_that_differs_from_that_of_the_service_is_an_error(int tokens, string expected)
    {
        var counter = new EventStreamCounter();
        counter.Feed(
            StreamedAnswer.Bytes(
                string.Concat(Enumerable.Range(0, tokens).Select(i => StreamedAnswer.Token(i, "a")))
                    + StreamedAnswer.Done(3)));

        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => counter.Finish()).Message);
    }

    [Fact]
    public void Error_events_and_truncated_streams_are_errors()
    {
        var counter = new EventStreamCounter();
        counter.Feed(StreamedAnswer.Bytes(StreamedAnswer.Token(0, "a")));
        Assert.Contains("after 1 tokens early", Assert.Throws<InvalidDataException>(() => counter.Finish()).Message);

        counter.Feed(StreamedAnswer.Bytes("event: error\ndata: {\"code\":\"shutting_down\"}\n\n"));
        Assert.Contains("shutting_down", Assert.Throws<InvalidDataException>(() => counter.Finish()).Message);
    }
}
