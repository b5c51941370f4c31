using System.Globalization;
using LmModel.Sampling;

namespace LmModel.Tests.Sampling;

public sealed partial class SamplerTests
{
    [Theory]
    [InlineData(float.NaN, "NaN for token 1")]
    [InlineData(float.PositiveInfinity, "for token 1")]
    public void A_NaN_logit_is_refused_by_token_id(float logit, string reason)
    {
        foreach (var temperature in (float[])[0, 1])
        {
            var sampler = new Sampler(new SamplingSettings { Temperature = temperature }, 2, 0);

            Assert.Contains(
                reason,
                Assert.Throws<InvalidOperationException>(() => sampler.Draw([0, logit], 0)).Message);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.5f)]
    [InlineData(1f)]
    public void Logits_that_exclude_every_token_are_refused(float temperature)
    {
        var sampler = new Sampler(new SamplingSettings { Temperature = temperature }, 2, 0);

        Assert.Throws<InvalidOperationException>(
            () => sampler.Draw([float.NegativeInfinity, float.NegativeInfinity], 0));
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        foreach (var parameter in SamplingParameter.All)
        {
            IEnumerable<double> wrong = parameter.Choices.Count > 0
                ? [-1, 1, parameter.Choices[^1] + 1]
                : parameter.IsInteger
                    ? [parameter.Least - 1]
                    : [
                        double.NaN, double.PositiveInfinity, double.NegativeInfinity,
                        parameter.Above ? parameter.Least : parameter.Least - 0.01, parameter.Most + 0.01,
                    ];
            foreach (var value in wrong)
            {
                var typed = parameter.IsInteger ? (object)(int)value : (float)value;
                AssertRefused(
                    SamplingParameter.With(new(), [(parameter, typed)]), $"{parameter.Name} must be {parameter.Range}");
            }
        }

        AssertRefused(
            new() { LogitBias = new Dictionary<int, float> { [4] = 1 } },
            "logit_bias must be for token ids from 0 to 3, not 4");
        AssertRefused(
            new() { LogitBias = new Dictionary<int, float> { [0] = float.NaN } }, "logit_bias must be finite");
    }

    [Fact]
    public void Values_at_the_ends_of_their_ranges_are_accepted()
    {
        foreach (var parameter in SamplingParameter.All)
        {
            IEnumerable<double> allowed = parameter.Choices.Count > 0
                ? parameter.Choices.Select(choice => (double)choice)
                : [parameter.Above ? parameter.Least + 0.001 : parameter.Least, parameter.Most];
            foreach (var value in allowed)
            {
                var typed = parameter.IsInteger ? (object)(int)value : (float)value;
                SamplingParameter.With(new(), [(parameter, typed)]).ThrowIfInvalid(4);
            }
        }
    }

    [Fact]
    public void The_documentation_lists_every_parameter() =>
        Golden.SectionMatches("docs/sampling.md", "parameters", string.Join('\n', ParameterTable()));

    [Fact]
    public void Wrong_sizes_are_refused()
    {
        var sampler = new Sampler(SamplingSettings.Unfiltered, 4, 0);

        Assert.Throws<ArgumentException>(() => sampler.Draw([1, 2, 3], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.ObservePrompt(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.ObservePrompt(-1));
    }

    private static void AssertRefused(SamplingSettings settings, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(settings, 4, 0)).Message);

    private static IEnumerable<string> ParameterTable()
    {
        yield return "| member of `POST /generate` | option of `lm generate` | values | default | what it does |";
        yield return "| --- | --- | --- | --- | --- |";
        foreach (var p in SamplingParameter.All)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| `{p.Name}` | `{p.Option}` | {p.Range} | {p.Default} | {p.Sentence} |");
        }
    }
}
