using LmModel.Sampling;

namespace LmModel.Tests.Sampling;

public sealed class StopMatcherTests
{
    [Fact]
    public void Without_stop_sequences_pieces_pass_through_unchanged()
    {
        var matcher = new StopMatcher([]);

        Assert.Equal("abc", matcher.Append("abc"));
        Assert.Equal("", matcher.Flush());
        Assert.False(matcher.Stopped);
    }

    [Fact]
    public void A_stop_sequence_across_pieces_is_found_and_never_emitted()
    {
        var matcher = new StopMatcher(["\n\nQ:"]);

        Assert.Equal(["yes", "", "", ""], new[] { "yes\n", "\n", "Q", ": no" }.Select(matcher.Append));
        Assert.True(matcher.Stopped);
        Assert.Equal("", matcher.Append("more"));
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void Text_held_back_for_an_incomplete_match_is_emitted_later()
    {
        var matcher = new StopMatcher(["END"]);

        Assert.Equal(["a", "", "ENd"], new[] { "aE", "N", "d" }.Select(matcher.Append));
        Assert.Equal("", matcher.Append("EN"));
        Assert.Equal("EN", matcher.Flush());
        Assert.False(matcher.Stopped);
    }

    [Theory]
    [InlineData("aab,ab", "xaab", "x")]
    [InlineData("aab,ab", "xaaab", "xa")]
    [InlineData("aab,ab", "acab", "ac")]
    [InlineData("ab,aab", "aab", "")]
    [InlineData("ab,abc", "xabc", "x")]
    [InlineData("abcd,bc", "abcd", "")]
    [InlineData("abcd,bc", "abce", "a")]
    [InlineData("aba", "ababa", "")]
    [InlineData("aa", "baaa", "b")]
    [InlineData("😀", "a😁😀", "a😁")]
    public void The_text_ends_at_the_earliest_start_of_any_stop_sequence(string stop, string text, string expected)
    {
        foreach (var size in (int[])[1, 2, 3, 100])
        {
            var matcher = new StopMatcher(stop.Split(','));

            Assert.Equal(expected, string.Concat(Cut(text, size).Select(matcher.Append)) + matcher.Flush());
            Assert.True(matcher.Stopped);
        }
    }

    [Fact]
    public void A_match_held_back_for_a_longer_one_counts_at_the_end_of_the_text()
    {
        var matcher = new StopMatcher(["abcd", "bc"]);

        Assert.Equal("", matcher.Append("abc"));
        Assert.False(matcher.Stopped);
        Assert.Equal("a", matcher.Flush());
        Assert.True(matcher.Stopped);
    }

    [Fact]
    public void Random_texts_in_random_pieces_end_where_a_search_of_the_whole_ends()
    {
        var random = new Random(5);
        for (var round = 0; round < 50_000; round++)
        {
            var stop = Enumerable
                .Range(0, random.Next(5))
                .Select(_ => RandomText(random, 1 + random.Next(4)))
                .ToArray();
            var text = RandomText(random, random.Next(20));
            var matcher = new StopMatcher(stop);
            var given = "";
            var read = 0;
            while (read < text.Length && !matcher.Stopped)
            {
                var length = random.Next(Math.Min(4, text.Length - read) + 1);
                given += matcher.Append(text.Substring(read, length));
                read += length;
                if (!matcher.Stopped)
                    Assert.Equal(HeldBack(stop, text[..read]), read - given.Length);
            }

            given += matcher.Flush();

            var end = FirstMatch(stop, text);
            Assert.Equal(end < 0 ? text : text[..end], given);
            Assert.Equal(end >= 0, matcher.Stopped);
            Assert.Equal(
                end < 0
                    ? null
                    : stop.Where(s => text[end..].StartsWith(s, StringComparison.Ordinal)).MinBy(s => s.Length),
                matcher.Matched);
        }
    }

    [Fact]
    public void A_piece_without_the_beginning_of_a_stop_sequence_is_returned_unchanged()
    {
        var matcher = new StopMatcher(["END", "\n\n"]);
        string[] pieces = ["a", " brEad", "😀", "", "ND"];
        Assert.All(pieces, piece => Assert.Same(piece, matcher.Append(piece)));

        var allocated = Allocations.Of(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                foreach (var piece in pieces)
                    matcher.Append(piece);
            }
        });

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Empty_and_malformed_stop_sequences_are_refused()
    {
        Assert.Contains(
            "Stop sequence 1 is empty",
            Assert.Throws<ArgumentException>(() => new StopMatcher(["a", ""])).Message);
        Assert.Throws<ArgumentException>(() => new StopMatcher(["\ude00"]));
        Assert.Throws<ArgumentException>(() => new StopMatcher(["a\ud83d"]));
    }

    private static int FirstMatch(string[] stop, string text) =>
        stop.Select(s => text.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();

    /// <summary>Length of the longest end of the text that begins a stop sequence without completing it.</summary>
    private static int HeldBack(string[] stop, string text) =>
        Enumerable.Range(0, text.Length + 1)
            .Last(n => n == 0 || stop.Any(s => s.Length > n && s.StartsWith(text[^n..], StringComparison.Ordinal)));

    private static IEnumerable<string> Cut(string text, int size) => text.Chunk(size).Select(c => new string(c));

    private static string RandomText(Random random, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => "abc"[random.Next(random.Next(2) + 2)]));
}
