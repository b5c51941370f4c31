using LmModel.Training.Optimization;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training.Optimization;

public sealed class LearningRateScheduleTests
{
    private static readonly LearningRateSchedule Cosine = new(
        Schedule.Cosine,
        Peak: 0.1,
        WarmupSteps: 10,
        TotalSteps: 111,
        FinalShare: 0.2);

    [Theory]
    [InlineData(0, 0.01)]
    [InlineData(9, 0.1)]
    [InlineData(10, 0.1)]
    [InlineData(60, 0.06)]
    [InlineData(110, 0.02)]
    public void The_rate_rises_linearly_and_falls_along_half_a_cosine(int step, double expected) =>
        Assert.Equal(expected, Cosine.At(step), 1e-12);

    [Fact]
    public void Without_warm_up_the_rate_starts_at_the_peak() =>
        Assert.Equal(0.1, (Cosine with { WarmupSteps = 0 }).At(0), 1e-12);

    [Theory]
    [InlineData(0, 0.004)]
    [InlineData(30, 0.1)]
    [InlineData(15, 0.052)]
    [InlineData(100, 0.02)]
    public void One_cycle_rises_along_half_a_cosine_over_thirty_percent_of_the_steps(int step, double expected)
    {
        var schedule = new LearningRateSchedule(
            Schedule.OneCycle,
            Peak: 0.1,
            WarmupSteps: 0,
            TotalSteps: 101,
            FinalShare: 0.2);

        Assert.Equal(expected, schedule.At(step), 1e-12);
    }

    [Fact]
    public void Every_cycle_repeats_the_whole_schedule()
    {
        var twice = Cosine with { TotalSteps = 222, Cycles = 2 };

        Assert.All(Enumerable.Range(0, 222), step => Assert.Equal(Cosine.At(step % 111), twice.At(step), 1e-12));
        Assert.Equal(0.02, (Cosine with { TotalSteps = 223, Cycles = 2 }).At(222), 1e-12);
    }
}
