using LmCli.Train;
using LmModel.Corpora;
using LmModel.Training.Planning;

namespace LmCli.Tests.Train;

public sealed class PresetTests
{
    public static TheoryData<string> Names => [.. Presets.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_preset_gives_a_valid_plan_without_a_time(string name)
    {
        var choices = Presets.Named(name).Choices;
        var plan = TrainingPlan.Make(new CorpusFacts(1_115_394, 1_115_394, 65), choices, time: null);

        Assert.Empty(plan.Network.Problems().Concat(plan.Settings.Problems()));
        Assert.Equal(choices.Steps, plan.Settings.Steps);
        Assert.Equal(choices.HiddenSize, plan.Network.HiddenSize);
    }

    [Fact]
    public void Presets_have_unique_names_and_a_description()
    {
        Assert.Equal(Presets.All.Count, Presets.All.Select(p => p.Name).Distinct().Count());
        Assert.All(Presets.All, p => Assert.EndsWith(".", p.Description));
    }
}
