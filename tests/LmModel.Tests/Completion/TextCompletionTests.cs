using LmModel.Completion;

namespace LmModel.Tests.Completion;

/// <summary>Completions of shipped models, checked by scoring texts.</summary>
public sealed class TextCompletionTests : IDisposable
{
    private const string Typed = "Once upon a time there was a king who had ";

    private readonly TextModel _characters = Open("tiny");
    private readonly TextModel _bpe = Open("fairy-tales");

    public void Dispose()
    {
        _characters.Dispose();
        _bpe.Dispose();
    }

    [Theory]
    [InlineData("Once upon a ti", "me", "time")]
    [InlineData("Once upon a", " time", "a time")]
    [InlineData("Once upon a ", "time", "time")]
    [InlineData("the king's daugh", "ter", "daughter")]
    [InlineData("the Emp", "eror", "Emperor")]
    public async Task A_word_that_has_begun_is_continued_wherever_its_tokens_are_cut(
        string text, string insert, string completed)
    {
        var best = (await _bpe.CompleteAsync(text))[0];

        Assert.Equal((insert, completed), (best.Insert, best.Text));
    }

    [Fact]
    public async Task A_probability_is_that_of_the_text_up_to_the_words_end()
    {
        var separators = " !$&,-.3:;?\n".Select(c => c.ToString()).Where(c => c != "3").ToList();
        foreach (var completion in await _characters.CompleteAsync("To be, or not to ", new() { Count = 5 }))
        {
            var sum = 0.0;
            foreach (var separator in separators)
            {
                sum += await ProbabilityAsync("To be, or not to ", completion.Insert + separator);
            }

            // What an apostrophe after the word means is seen only where the search has read on.
            var apostrophe = await ProbabilityAsync("To be, or not to ", completion.Insert + "'");
            Assert.InRange(completion.Probability, sum * (1 - 1e-5), (sum + apostrophe) * (1 + 1e-5));
        }
    }

    [Fact]
    public async Task No_word_that_was_not_found_is_more_probable()
    {
        var best = await _characters.CompleteAsync("To be, or not to ", new() { Count = 3 });
        string[] others = ["be", "the", "a", "to", "his", "her", "my", "me", "thee", "him", "you", "see", "make"];
        foreach (var word in others.Except(best.Select(b => b.Insert)))
        {
            Assert.InRange(await ProbabilityAsync("To be, or not to ", word + " "), 0, best[^1].Probability);
        }
    }

    [Fact]
    public async Task More_letters_keep_the_proportions_of_the_words_that_begin_with_them()
    {
        var before = await _bpe.CompleteAsync(Typed, new() { Count = 10 });
        var after = await _bpe.CompleteAsync(Typed + "t", new() { Count = 10 });
        var both = before
            .Join(after, b => b.Text, a => a.Text, (b, a) => a.Probability / b.Probability).ToList();

        Assert.InRange(both.Count, 2, 10);
        Assert.All(both, ratio => Assert.Equal(both[0], ratio, 0.02 * both[0]));
        Assert.True(both[0] > 1);
        Assert.InRange(after.Sum(completion => completion.Probability), 0, 1);
    }

    [Fact]
    public async Task Probabilities_fall_and_add_up_to_at_most_one()
    {
        foreach (var text in (string[])["", Typed, "Once upon a ti", "\"Who are you?\" said the ki", "xyzzy"])
        {
            var completions = await _bpe.CompleteAsync(text, new() { Count = 10 });

            Assert.Equal(10, completions.Count);
            Assert.Equal(completions.OrderByDescending(c => c.Probability), completions);
            Assert.InRange(completions.Sum(c => c.Probability), 0, 1);
            Assert.All(completions, c => Assert.True(c.Insert.Length > 0 && c.LogProbability <= 0));
            Assert.Distinct(completions.Select(c => c.Insert));
        }
    }

    [Fact]
    public async Task Company_does_not_change_a_bit()
    {
        var alone = await _bpe.CompleteAsync(Typed + "t", new() { Count = 5 });
        using var end = new CancellationTokenSource();
        var company = Enumerable.Range(0, 40).Select(seed => Task.Run(async () =>
        {
            await foreach (var _ in _bpe.GenerateAsync("The king", new() { Seed = seed, MaxTokens = 200 }, end.Token))
            {
            }
        })).ToList();
        var beside = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => _bpe.CompleteAsync(Typed + "t", new() { Count = 5 })));

        Assert.All(beside, completions => Assert.Equal(alone, completions));
        await end.CancelAsync();
        await Task.WhenAll(company.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default)));
    }

    [Fact]
    public async Task Words_and_lines_end_where_they_are_told_to()
    {
        var words = await _bpe.CompleteAsync("Once upon a ti", new() { Words = 3 });
        var line = await _bpe.CompleteAsync("Once upon a ti", new() { Until = CompletionUnit.Line, Count = 1 });

        Assert.All(words, c => Assert.Equal(3, c.Insert.Split(' ').Length));
        Assert.StartsWith("me", line[0].Insert, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line[0].Insert);
        Assert.InRange(line[0].Insert.Length, 20, 1000);
    }

    [Fact]
    public async Task A_long_run_without_spaces_is_completed_from_its_own_tokens()
    {
        var completions = await _bpe.CompleteAsync("www." + new string('x', 500) + ".co");

        Assert.Equal(3, completions.Count);
    }

    [Fact]
    public async Task Options_out_of_range_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _bpe.CompleteAsync("a", new() { Count = 11 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _bpe.CompleteAsync("a", new() { Words = 0 }));
        await Assert.ThrowsAsync<ArgumentException>(
            () => _bpe.CompleteAsync("a", new() { Until = CompletionUnit.Line, Words = 2 }));
    }

    private static TextModel Open(string name) => TextModel.Open(Path.Combine(Repository.Root, "models", name));

    private async Task<double> ProbabilityAsync(string given, string text) =>
        Math.Exp(-(await _characters.ScoreAsync(text, given)).Nats);
}
