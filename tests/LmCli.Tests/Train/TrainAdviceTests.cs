using System.Globalization;
using LmCli.Train;
using LmModel.Corpora;
using LmModel.Training.Planning;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;

namespace LmCli.Tests.Train;

public sealed class TrainAdviceTests
{
    private const double Speed = 500e9;

    private static readonly TrainingTrend Settled = new()
    {
        BestStep = 900,
        BestLoss = 1.5,
        LastLoss = 1.5,
        TrainingLoss = 1.45,
        Overfits = false,
        StillFalls = false,
    };

    private static readonly TrainingTrend Overfits = Settled with
    {
        BestStep = 300,
        LastLoss = 1.7,
        TrainingLoss = 0.8,
        Overfits = true,
    };

    private static readonly TrainingTrend Falls = Settled with { StillFalls = true };

    public static TheoryData<long, double> TextsAndTimes =>
        new MatrixTheoryData<long, double>(
            [1_000, 3_000, 10_000, 20_000, 60_000, 100_000, 300_000, 1_115_394, 20_000_000],
            [0.1, 0.5, 1, 2, 5, 15, 20, 60]
        );

    [Theory]
    [MemberData(nameof(TextsAndTimes))]
    public void More_time_is_advised_only_if_it_changes_the_training(long bytes, double minutes)
    {
        var (plan, advice) = Timed(bytes, minutes);
        var next = advice.Next(Settled);

        if (Option(next, "--minutes") is { } advised)
        {
            var followed = Plan(bytes, advised);
            Assert.Equal(2 * minutes, advised);
            Assert.True(Work(followed) > 1.5 * Work(plan), next);
            Assert.NotEqual(plan.Settings, followed.Settings);
            Assert.Contains($"{followed.Network.HiddenSize} units", next);
        }
        else
        {
            Assert.StartsWith("more text. More time does not help: ", next);
            Assert.True(Work(Plan(bytes, 10 * minutes)) < 1.6 * Work(plan), next);
        }
    }

    [Fact]
    public void More_time_is_not_advised_for_a_short_text_already_read_often_enough()
    {
        Assert.StartsWith(
            "more text. More time does not help: the plan for 2 minutes reads ",
            Timed(3_000, 1).Advice.Next(Falls));
        Assert.StartsWith("more time: --minutes 2 reads the text ", Timed(300_000, 1).Advice.Next(Falls));
        Assert.StartsWith("more time: --minutes 40 reads the text ", Timed(1_115_394, 20).Advice.Next(Settled));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void More_time_increases_dropout_and_is_advised_after_early_stopping(bool overfits)
    {
        var (plan, advice) = Timed(60_000, 1);

        var next = (advice with { EndedEarly = true }).Next(overfits ? Overfits : Settled);

        Assert.StartsWith("more time: --minutes 2 ", next);
        Assert.True(Plan(60_000, 2).Network.Dropout > plan.Network.Dropout);
    }

    [Fact]
    public void With_explicit_dropout_more_time_is_not_advised_after_early_stopping()
    {
        var given = new TrainingChoices { Dropout = 0.5 };
        TrainingPlan For(double minutes) => TrainingPlan.Make(English(60_000), given, new TrainingTime(minutes, Speed));
        var advice = Advice(For(1), 60_000) with { Time = new(new(1, Speed), For(1), For(2)), EndedEarly = true };

        Assert.Equal("more text.", advice.Next(Settled));
        Assert.StartsWith("more time: --minutes 2 ", (advice with { EndedEarly = false }).Next(Settled));
    }

    [Theory]
    [InlineData(20_000, 256, 3600)]
    [InlineData(60_000, 512, 6000)]
    [InlineData(300_000, 768, 5000)]
    public void Less_dropout_than_planned_is_reported_with_the_planned_values(long bytes, int units, int steps)
    {
        var given = new TrainingChoices { HiddenSize = units, Steps = steps };
        var planned = TrainingPlan.Make(English(bytes), given, time: null);
        var none = TrainingPlan.Make(
            English(bytes),
            given with
            {
                Dropout = 0.1,
                InputDropout = 0,
                WeightDrop = 0,
            },
            time: null);

        var next = Advice(none, bytes).Next(Overfits);

        Assert.StartsWith("more dropout: ", next);
        Assert.Equal(planned.Network.Dropout, Option(next, "--dropout"));
        Assert.Equal(planned.Settings.InputDropout, Option(next, "--input-dropout"));
        Assert.Equal(planned.Settings.WeightDrop, Option(next, "--weight-drop"));
        Assert.Equal("more text.", Advice(planned, bytes).Next(Overfits));
    }

    [Fact]
    public void A_given_number_of_steps_is_doubled_while_the_loss_falls()
    {
        var plan = TrainingPlan.Make(
            English(60_000),
            new TrainingChoices { HiddenSize = 384, Steps = 2000 },
            time: null);

        Assert.Equal("more steps: --hidden 384 --steps 4000.", Advice(plan, 60_000).Next(Falls));
    }

    [Fact]
    public void A_wider_network_is_advised_after_convergence_if_the_text_is_long_enough()
    {
        string Next(int units) =>
            Advice(
                    TrainingPlan.Make(
                        English(60_000),
                        new TrainingChoices { HiddenSize = units, Steps = 2000 },
                        time: null),
                    60_000)
                .Next(Settled);

        Assert.Equal("a wider network: --hidden 256.", Next(128));
        Assert.Equal("a wider network: --hidden 512.", Next(256));
        Assert.Equal("more text.", Next(384));
    }

    private static CorpusFacts English(long bytes) => new(bytes, bytes, 65);

    private static TrainingPlan Plan(long bytes, double minutes) =>
        TrainingPlan.Make(English(bytes), new TrainingChoices(), new TrainingTime(minutes, Speed));

    private static (TrainingPlan Plan, TrainAdvice Advice) Timed(long bytes, double minutes)
    {
        var plan = Plan(bytes, minutes);
        return (plan, Advice(plan, bytes) with { Time = new(new(minutes, Speed), plan, Plan(bytes, 2 * minutes)) });
    }

    private static TrainAdvice Advice(TrainingPlan plan, long bytes) => new()
    {
        Network = plan.Network,
        Settings = plan.Settings,
        Tokens = (long)(bytes * (1 - plan.Settings.ValidationShare)),
        EndedEarly = false,
    };

    private static double Work(TrainingPlan plan) =>
        (double)plan.Network.ParameterCount
        * plan.Settings.Steps
        * plan.Settings.BatchSize
        * plan.Settings.WindowLength;

    /// <summary>The number that an option of a printed command has; null where it is not there.</summary>
    private static double? Option(string text, string name)
    {
        var words = text.Split(' ');
        var at = Array.IndexOf(words, name);
        return at < 0 ? null : double.Parse(words[at + 1], CultureInfo.InvariantCulture);
    }
}
