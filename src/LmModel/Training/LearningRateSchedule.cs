namespace LmModel.Training;

/// <summary>
/// Linear warm-up to the peak, then half a cosine down to <paramref name="FinalShare"/> of it (Loshchilov and Hutter 2017).
/// </summary>
/// <param name="Peak">Highest learning rate.</param>
/// <param name="WarmupSteps">Steps of the ramp from 0.</param>
/// <param name="TotalSteps">Steps of the whole training.</param>
/// <param name="FinalShare">Share of the peak at the last step, 0 to 1.</param>
internal sealed record LearningRateSchedule(double Peak, int WarmupSteps, int TotalSteps, double FinalShare)
{
    /// <summary>The learning rate of <paramref name="step"/>, from 0.</summary>
    public double At(int step)
    {
        if (step < WarmupSteps)
        {
            return Peak * (step + 1) / WarmupSteps;
        }

        var progress = (step - WarmupSteps) / (double)Math.Max(1, TotalSteps - 1 - WarmupSteps);
        var cosine = 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)));   // 1 → 0
        return Peak * (FinalShare + (1 - FinalShare) * cosine);
    }
}
