using LmModel.Networks;
using LmModel.Training.Planning;
using LmModel.Training.Settings;
using static LmModel.Tests.Training.Planning.TestPlan;

namespace LmModel.Tests.Training.Planning;

public sealed class PlannedDropoutTests
{
    [Fact]
    public void Dropout_grows_with_the_number_of_epochs()
    {
        var plans = new[] { 1, 4, 10, 30, 100, 100_000 }.Select(epochs => TrainingPlan.Make(
            English(1_000_000),
                    new TrainingChoices
                    {
                        Steps = epochs * 110,
                        BatchSize = 64,
                        WindowLength = 128,
                        HiddenSize = 768,
                    },
                    time: null))
            .ToList();

        Assert.Equal([0, 0.08, 0.18, 0.3, 0.43, 0.75], plans.Select(p => p.Network.Dropout));
        Assert.Equal([0, 0.03, 0.07, 0.12, 0.17, 0.3], plans.Select(p => p.Settings.InputDropout));
        Assert.Equal([0, 0.06, 0.14, 0.24, 0.34, 0.6], plans.Select(p => p.Settings.WeightDrop));
        Assert.Equal([0.01, 0.1, 0.1, 0.1, 0.1, 0.1], plans.Select(p => p.Settings.WeightDecay));
        Assert.StartsWith("Dropout: none, because the text is read 1.0 times by", plans[0].Reasons[^2]);
    }

    [Fact]
    public void Dropout_grows_with_the_number_of_parameters()
    {
        var plans = new[] { 64, 256, 1024 }
            .Select(units =>
                TrainingPlan
                    .Make(English(100_000), new TrainingChoices { Steps = 2000, HiddenSize = units }, time: null)
                    .Network.Dropout)
            .ToList();

        Assert.Equal(plans.Distinct().Order(), plans);
    }

    [Fact]
    public void A_plain_RNN_gets_less_dropout_because_it_has_fewer_parameters()
    {
        TrainingPlan Of(Cell cell) => TrainingPlan.Make(
            English(1_115_394), new TrainingChoices { Cell = cell, Steps = 2564, HiddenSize = 768 }, time: null);
        var (lstm, plain) = (Of(Cell.Lstm), Of(Cell.RnnTanh));

        Assert.Equal((0.25, 0.1, 0.2), (lstm.Network.Dropout, lstm.Settings.InputDropout, lstm.Settings.WeightDrop));
        Assert.Equal(
            (0.1, 0.04, 0.08),
            (plain.Network.Dropout, plain.Settings.InputDropout, plain.Settings.WeightDrop));
    }
}
