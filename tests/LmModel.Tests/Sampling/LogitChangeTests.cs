using LmModel.Sampling;
using static LmModel.Tests.Sampling.TestCandidates;

namespace LmModel.Tests.Sampling;

/// <summary>Filters that change logits: biases, penalties and temperature.</summary>
public sealed class LogitChangeTests
{
    [Fact]
    public void Logit_bias_adds_to_the_logits_of_its_tokens()
    {
        var candidates = Of(1, 2, 3);

        new LogitBias(new Dictionary<int, float> { [0] = 5, [2] = -1.5f }).Apply(candidates);

        Assert.Equal([6, 2, 1.5f], candidates.Logits);
    }

    [Fact]
    public void Repetition_penalty_divides_positive_and_multiplies_negative_logits_of_seen_tokens_once()
    {
        var candidates = Of(3, -3, 3, 0);

        new RepetitionPenalty(1.5f, Counts(0, 1, 1, 1, 3)).Apply(candidates);

        Assert.Equal([2, -4.5f, 3, 0], candidates.Logits);
    }

    [Fact]
    public void Presence_penalty_subtracts_once_from_generated_tokens()
    {
        var candidates = Of(3, 3, 3);

        new PresencePenalty(0.5f, Counts(0, 2, 2, 2)).Apply(candidates);

        Assert.Equal([2.5f, 3, 2.5f], candidates.Logits);
    }

    [Fact]
    public void Frequency_penalty_subtracts_once_for_each_occurrence_of_a_generated_token()
    {
        var candidates = Of(3, 3, 3);

        new FrequencyPenalty(0.5f, Counts(0, 2, 2, 2)).Apply(candidates);

        Assert.Equal([2.5f, 3, 1.5f], candidates.Logits);
    }

    [Theory]
    [InlineData(0.5f, new[] { -4f, -2f, 0f })]
    [InlineData(2f, new[] { -1f, -0.5f, 0f })]
    public void Temperature_divides_the_differences_from_the_best_logit(float temperature, float[] expected)
    {
        var candidates = Of(1, 2, 3);

        new Temperature(temperature).Apply(candidates);

        Assert.Equal(expected, candidates.Logits);
    }

    [Fact]
    public void A_temperature_near_zero_maps_all_but_the_best_logit_to_minus_infinity()
    {
        var candidates = Of(1000, 999, -1000);

        new Temperature(float.Epsilon).Apply(candidates);

        Assert.Equal([0, float.NegativeInfinity, float.NegativeInfinity], candidates.Logits);
    }
}
