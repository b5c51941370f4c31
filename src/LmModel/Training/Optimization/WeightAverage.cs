using LmModel.Training.Backpropagation;

namespace LmModel.Training.Optimization;

/// <summary>
/// Exponential moving average of the weights (Polyak and Juditsky 1992): steps overshoot in all directions, and their
/// mean is closer to the minimum than any one of them.
/// </summary>
internal static class WeightAverage
{
    /// <param name="parameters">The parameters whose averages are updated.</param>
    /// <param name="step">From 0.</param>
    /// <param name="decay">β; with 0 the average is always the current weights.</param>
    public static void Update(IReadOnlyList<TrainedParameter> parameters, int step, double decay)
    {
        // Grows from 0.1 to β, so that the random initial weights quickly lose their influence.
        var kept = Math.Min(decay, (1.0 + step) / (10.0 + step));
        foreach (var p in parameters)
        {
            p.Average.lerp_(p.Value, (float)(1 - kept));
        }
    }
}
