using System.Text.Json;
using LmModel.Training.Reporting;

namespace LmModel.Tests.Training.Reporting;

public sealed class TrainingLogTests
{
    private static TrainingReport At(int step, double loss = 2, double? validation = null) => new()
    {
        Step = step,
        Epoch = step / 10.0,
        Loss = loss,
        ValidationLoss = validation,
        LearningRate = 1e-3,
        TokensPerSecond = 1000,
        ElapsedSeconds = step,
    };

    [Fact]
    public void A_report_is_written_as_a_line_of_json_and_a_line_of_csv()
    {
        using var folder = new TemporaryFolder();
        var log = TrainingLog.Open(folder.Path, 0);
        log.Append(At(10));
        log.Append(At(20, 1.5, 1.75));

        var lines = File.ReadAllLines(folder["training.jsonl"]);
        using var last = JsonDocument.Parse(lines[1]);
        Assert.Equal(2, lines.Length);
        Assert.Equal(1.75, last.RootElement.GetProperty("validation_loss").GetDouble());
        Assert.Equal(
            [
                "step,epoch,loss,validation_loss,learning_rate,tokens_per_second,elapsed_seconds",
                "10,1,2,,0.001,1000,10",
                "20,2,1.5,1.75,0.001,1000,20",
            ],
            File.ReadAllLines(folder["training.csv"]));
    }

    [Fact]
    public void A_resumed_training_does_not_log_a_step_twice()
    {
        using var folder = new TemporaryFolder();
        var first = TrainingLog.Open(folder.Path, 0);
        foreach (var step in new[] { 10, 20, 30, 40 })
        {
            first.Append(At(step));
        }

        File.AppendAllText(folder["training.jsonl"], "{\"step\":50,\"ep");
        var resumed = TrainingLog.Open(folder.Path, step: 25);
        resumed.Append(At(30, loss: 1));

        Assert.Equal([10, 20, 30], resumed.Reports.Select(r => r.Step));
        Assert.Equal(resumed.Reports, TrainingLog.Open(folder.Path, 30).Reports);
        Assert.Equal(["step", "10", "20", "30"], File.ReadLines(folder["training.csv"]).Select(l => l.Split(',')[0]));
    }

    [Fact]
    public void Restarting_a_training_clears_its_log()
    {
        using var folder = new TemporaryFolder();
        TrainingLog.Open(folder.Path, 0).Append(At(10));

        Assert.Empty(TrainingLog.Open(folder.Path, 0).Reports);
        Assert.Equal("", File.ReadAllText(folder["training.jsonl"]));
    }

    [Fact]
    public void A_report_contains_the_progress_of_the_training()
    {
        var report = TrainingReport.Of(
            new TrainingProgress
            {
                Step = 15,
                TotalSteps = 20,
                Loss = 1.23456789,
                LearningRate = 0.01,
                TokensPerSecond = 99.6,
                Remaining = TimeSpan.Zero,
                Elapsed = TimeSpan.FromSeconds(61.26),
                ValidationLoss = 1.5,
            },
            stepsPerEpoch: 10);

        Assert.Equal(
            At(15, 1.234568, 1.5) with
            {
                LearningRate = 0.01,
                TokensPerSecond = 100,
                ElapsedSeconds = 61.3,
            },
            report);
    }

    public static TheoryData<double[], double[], bool, bool> Trainings => new()
    {
        // Training losses, validation losses; overfits, still falls.
        { [3, 2.5, 2.2, 2.0, 1.9, 1.8], [3, 2.6, 2.3, 2.1, 2.0, 1.9], false, true },
        { [3, 2, 1.5, 1.2, 1.0, 0.9], [3, 2.2, 2.0, 2.1, 2.2, 2.3], true, false },
        { [3, 2, 1.8, 1.8, 1.8, 1.8], [3, 2.2, 2.0, 2.0, 2.0, 1.999], false, false },
        // Twice above the best is an accident, and so is a training loss that rises too.
        { [3, 2, 1.5, 1.2, 1.0, 0.9], [3, 2.2, 2.1, 2.0, 2.1, 2.2], false, false },
        { [3, 2, 1.5, 1.6, 1.7, 1.8], [3, 2.2, 2.0, 2.1, 2.2, 2.3], false, false },
    };

    [Theory]
    [MemberData(nameof(Trainings))]
    public void The_log_shows_whether_a_training_overfits_or_is_still_improving(
        double[] training,
        double[] validation,
        bool overfits,
        bool falls)
    {
        var trend = TrainingTrend.Of([
            .. training.Zip(validation).Select((pair, i) => At(10 * (i + 1), pair.First, pair.Second)),
        ])!;

        Assert.Equal((overfits, falls), (trend.Overfits, trend.StillFalls));
        Assert.Equal(validation.Min(), trend.BestLoss);
        Assert.Equal(validation[^1] / training[^1] - 1, trend.Gap, 1e-12);
    }

    [Fact]
    public void Before_the_first_validation_nothing_is_reported() => Assert.Null(TrainingTrend.Of([At(10)]));
}
