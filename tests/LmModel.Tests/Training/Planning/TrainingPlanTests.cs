using LmModel.Training.Planning;
using LmModel.Training.Settings;
using static LmModel.Tests.Training.Planning.TestPlan;

namespace LmModel.Tests.Training.Planning;

public sealed class TrainingPlanTests
{
    [Theory]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    [InlineData(100_000_000)]
    public void More_time_or_a_faster_machine_never_plans_a_smaller_training(long bytes)
    {
        var text = English(bytes);
        var plans = new[] { 0.5, 1, 2, 5, 10, 20, 40, 80, 160, 1000 }.Select(m => Plan(text, m)).ToList();

        Assert.All(plans.Zip(plans.Skip(1)), pair =>
        {
            Assert.True(pair.First.Network.HiddenSize <= pair.Second.Network.HiddenSize);
            Assert.True(
                pair.First.Network.ParameterCount * Tokens(pair.First)
                    <= pair.Second.Network.ParameterCount * Tokens(pair.Second) * 1.01);
        }
        );
        Assert.InRange(
            Plan(text, 20, speed: 2 * Speed).Network.HiddenSize,
            Plan(text, 20).Network.HiddenSize,
            Plan(text, 40).Network.HiddenSize);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(3_000)]
    [InlineData(10_000)]
    [InlineData(20_000)]
    [InlineData(60_000)]
    [InlineData(100_000)]
    [InlineData(300_000)]
    [InlineData(1_115_394)]
    public void A_text_of_any_length_gets_enough_steps_to_be_learned(long bytes)
    {
        foreach (var minutes in new[] { 1, 5, 20 })
        {
            var plan = Plan(English(bytes), minutes, speed: 5 * Speed);

            Assert.True(plan.Settings.Steps >= 700, $"{plan.Settings.Steps} steps in {minutes} minutes");
            Assert.True(plan.Epochs >= 1.5, $"{plan.Epochs} epochs in {minutes} minutes");
        }
    }

    [Fact]
    public void The_number_of_passes_over_a_short_text_is_limited()
    {
        var (one, twenty, hour) = (Plan(English(20_000), 1), Plan(English(20_000), 20), Plan(English(20_000), 60));

        Assert.True(one.Epochs < twenty.Epochs);
        Assert.Equal((twenty.Settings, twenty.Network), (hour.Settings, hour.Network));
        Assert.Contains(
            hour.Reasons,
            r => r.Contains("which is enough for its length, so this takes less than 60 minutes"));
        Assert.DoesNotContain(one.Reasons, r => r.Contains("which is enough"));
        Assert.Equal(TrainingPlanRules.MostDropout, twenty.Network.Dropout);
    }

    [Fact]
    public void Short_texts_get_small_batches_and_short_windows()
    {
        (int, int) Of(long bytes) =>
            Plan(English(bytes), 1000) is { Settings: var s } ? (s.BatchSize, s.WindowLength) : default;

        Assert.Equal(
            [(2, 32), (4, 32), (8, 64), (16, 128), (16, 128), (32, 128), (64, 128), (64, 64)],
            new long[] { 1_000, 3_000, 20_000, 60_000, 100_000, 300_000, 1_115_394, 30_000_000 }.Select(Of));
    }

    [Fact]
    public void Little_time_gives_smaller_steps()
    {
        var (little, much) = (Plan(English(100_000), 1).Settings, Plan(English(100_000), 60).Settings);

        Assert.Equal((16, 64), (little.BatchSize, little.WindowLength));
        Assert.Equal((16, 128), (much.BatchSize, much.WindowLength));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(240)]
    public void A_megabyte_is_read_at_least_about_ten_times(double minutes)
    {
        var plan = Plan(English(1_115_394), minutes);

        Assert.InRange(plan.Epochs, 9.9, 100);
        Assert.True(plan.Settings.Steps >= 1000);
    }

    [Fact]
    public void A_timed_training_stops_early_after_a_fifth_of_its_steps_without_improvement()
    {
        var plan = Plan(English(100_000), 5);
        var often = Plan(English(100_000), 5, new TrainingChoices { ValidateEvery = 1 });

        Assert.Equal(5, plan.Settings.Patience);
        Assert.Equal(often.Settings.Steps / 5.0, often.Settings.Patience, 1.0);
        Assert.Contains("ends early after 5 without improvement", plan.Reasons[^1]);
    }

    [Fact]
    public void A_training_with_a_given_number_of_steps_runs_all_of_them() =>
        Assert.Equal(
            0,
            TrainingPlan.Make(English(20_000), new TrainingChoices { Steps = 500 }, time: null).Settings.Patience);

    [Fact]
    public void A_plan_with_a_number_of_steps_needs_no_time()
    {
        var plan = TrainingPlan.Make(English(1_000_000), new TrainingChoices { Steps = 123 }, time: null);

        Assert.Equal((123, 256), (plan.Settings.Steps, plan.Network.HiddenSize));
        Assert.Contains(plan.Reasons, r => r.Contains("no time"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_plan_without_steps_needs_a_time(double minutes)
    {
        var message = Assert.Throws<ArgumentException>(() => Plan(English(1000), minutes)).Message;

        Assert.Contains("A plan needs steps, or a time above 0 minutes, not", message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(5_000)]
    [InlineData(1_115_394)]
    [InlineData(50_000_000)]
    [InlineData(20_000_000_000)]
    public void Every_plan_is_valid(long bytes)
    {
        foreach (var minutes in new[] { 0.01, 1, 20, 10_000 })
        {
            foreach (var speed in new[] { 1e8, Speed, 1e14 })
            {
                var plan = Plan(English(bytes), minutes, speed: speed);
                Assert.Empty(plan.Network.Problems().Concat(plan.Settings.Problems()));
                Assert.True(plan.Settings.ValidateEvery <= Math.Max(1, plan.Settings.Steps));
            }
        }
    }

    [Fact]
    public void The_reasons_state_the_planned_numbers()
    {
        var plan = Plan(English(1_115_394), 20);
        var reasons = string.Join('\n', plan.Reasons);

        Assert.All(
            [
                "1,115,394",
                "65",
                $"1 x {plan.Network.HiddenSize}",
                "20 minutes",
                "100 GFLOP/s",
                $"{plan.Settings.Steps:N0} of",
                $"{plan.Epochs:0.0} times",
                $"{plan.Network.Dropout} between layers",
                $"every {plan.Settings.ValidateEvery:N0} steps",
            ],
            number => Assert.Contains(number, reasons));
        Assert.Equal(6, plan.Reasons.Count);
    }

    private static double Tokens(TrainingPlan plan) =>
        (double)plan.Settings.Steps * plan.Settings.BatchSize * plan.Settings.WindowLength;
}
