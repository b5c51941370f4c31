using LmModel.Training.Settings;

namespace LmModel.Training.Optimization;

/// <summary>The learning rate of each step.</summary>
/// <param name="Kind">The shape of the schedule.</param>
/// <param name="Peak">Highest learning rate.</param>
/// <param name="WarmupSteps">Length of the ramp from 0 with which <see cref="Schedule.Cosine"/> begins.</param>
/// <param name="TotalSteps">Number of steps of the whole training.</param>
/// <param name="FinalShare">The learning rate at the last step as a share of the peak, 0 to 1.</param>
/// <param name="Cycles">How often the schedule runs (warm restarts, Loshchilov and Hutter 2017), at least 1.</param>
internal sealed record LearningRateSchedule(
    Schedule Kind, double Peak, int WarmupSteps, int TotalSteps, double FinalShare, int Cycles = 1)
{
    // Both values are from later work by Smith and Topin: the rise takes 30 % of the steps and starts at a 25th of the
    // peak.
    private const double OneCycleRise = 0.3;
    private const double OneCycleStart = 0.04;

    /// <summary>The learning rate of <paramref name="step"/>, from 0.</summary>
    public double At(int step)
    {
        var length = Math.Max(1, TotalSteps / Cycles);                        // the last cycle takes the rest
        var cycle = Math.Min(step / length, Cycles - 1);
        return InCycle(step - (cycle * length), cycle == Cycles - 1 ? TotalSteps - (cycle * length) : length);
    }

    private double InCycle(int step, int length)
    {
        var rise = Kind is Schedule.OneCycle ? (int)(OneCycleRise * length) : WarmupSteps;
        if (step < rise)
        {
            return Peak * (Kind is Schedule.OneCycle
                ? OneCycleStart + ((1 - OneCycleStart) * (1 - Cosine(step / (double)rise)))
                : (step + 1) / (double)rise);
        }

        var progress = (step - rise) / (double)Math.Max(1, length - 1 - rise);
        return Peak * (FinalShare + ((1 - FinalShare) * Cosine(Math.Min(1, progress))));
    }

    /// <summary>Half a cosine: 1 at 0, 0 at 1.</summary>
    private static double Cosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));
}
