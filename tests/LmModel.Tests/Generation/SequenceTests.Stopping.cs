using LmModel.Generation;

namespace LmModel.Tests.Generation;

public sealed partial class SequenceTests
{
    [Fact]
    public void A_character_of_several_tokens_is_emitted_with_the_last_of_them()
    {
        var (tokens, done) = Run(FakeStepModel.Saying("aä€"u8.ToArray()), Greedy("", maxTokens: 6));

        Assert.Equal(["a", "", "ä", "", "", "€"], tokens.Select(t => t.Text));
        Assert.Equal("aä€", done.Text);
    }

    [Fact]
    public void An_unfinished_character_at_the_end_is_dropped()
    {
        var (tokens, done) = Run(FakeStepModel.Saying("a€"u8.ToArray()), Greedy("", maxTokens: 3));

        Assert.Equal(["a", "", ""], tokens.Select(t => t.Text));
        Assert.Equal("a", done.Text);
    }

    [Fact]
    public void A_stop_sequence_across_tokens_ends_the_text_before_it()
    {
        var model = FakeStepModel.Saying("one END two"u8.ToArray());

        var (tokens, done) = Run(model, Greedy("", maxTokens: 100) with { Stop = ["END"] });

        Assert.Equal("one ", done.Text);
        Assert.Equal((FinishReason.Stop, "END", 7), (done.FinishReason, done.StopSequence, done.CompletionTokens));
        Assert.Equal(7, tokens.Count);
        Assert.Equal("one EN", Text(model.Stepped.Skip(1)));
    }

    [Fact]
    public void Text_held_back_for_a_stop_sequence_follows_with_the_next_token_if_it_is_not_one()
    {
        var (tokens, done) = Run(
            FakeStepModel.Saying("aENbEN"u8.ToArray()), Greedy("", maxTokens: 6) with { Stop = ["END"] });

        Assert.Equal(["a", "", "", "ENb", "", "EN"], tokens.Select(t => t.Text));
        Assert.Equal((FinishReason.Length, null, "aENbEN"), (done.FinishReason, done.StopSequence, done.Text));
    }

    [Fact]
    public void A_stop_sequence_completed_by_the_last_token_allowed_counts_as_a_stop()
    {
        var (_, done) = Run(FakeStepModel.Saying("aEND"u8.ToArray()), Greedy("", maxTokens: 4) with { Stop = ["END"] });

        Assert.Equal((FinishReason.Stop, "a"), (done.FinishReason, done.Text));
    }

    [Fact]
    public void Stop_sequences_are_not_searched_for_in_the_echoed_prompt()
    {
        var model = FakeStepModel.Saying("D END"u8.ToArray(), promptTokens: 5);

        var (_, done) = Run(model, Greedy("ENDEN", maxTokens: 9) with { Stop = ["END"], Echo = true });

        Assert.Equal((FinishReason.Stop, "ENDEND "), (done.FinishReason, done.Text));
    }
}
