using LmCli.Generate;
using LmModel.Sampling;

namespace LmCli.Tests.Generate;

public sealed class SamplingOptionsTests
{
    [Fact]
    public void Every_sampling_parameter_has_an_option()
    {
        var options = GenerateCommand.Create().Options.ToDictionary(option => option.Name);

        Assert.All(SamplingParameter.All, parameter =>
        {
            var option = options[parameter.Option];
            Assert.StartsWith($"{parameter.Sentence} Default: the model's own, or ", option.Description);
        });
    }

    [Fact]
    public void Options_set_the_settings_of_the_same_name()
    {
        var command = GenerateCommand.Create();

        var given = SamplingOptions.Read(command.Parse(
            "x --temperature 0.5 --top-k 3 --mirostat 2 --presence-penalty 0.25 --frequency-penalty -0.5 "
            + "--logit-bias 7=-100 --logit-bias 9=1.5"), new());

        Assert.Equal((0.5f, 3, 2, 0.25f, -0.5f), (
            given.Temperature, given.TopK, given.Mirostat, given.PresencePenalty, given.FrequencyPenalty));
        Assert.Equal(new Dictionary<int, float> { [7] = -100, [9] = 1.5f }, given.LogitBias);
        Assert.Equal(
            new SamplingSettings() with { LogitBias = given.LogitBias },
            SamplingOptions.Read(command.Parse("x"), new()) with { LogitBias = given.LogitBias });
    }

    [Fact]
    public void What_is_not_given_is_what_the_model_says()
    {
        var own = new SamplingSettings { Temperature = 0.3f, MinP = 0.1f };

        var read = SamplingOptions.Read(GenerateCommand.Create().Parse("x --min-p 0"), own);

        Assert.Equal((0.3f, 0f), (read.Temperature, read.MinP));
    }
}
