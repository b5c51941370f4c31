using LmModel.Training.Backpropagation;

namespace LmModel.Training.Optimization;

/// <summary>
/// Exponential moving average of the weights (Polyak and Juditsky 1992): steps overshoot to all sides, and their mean
/// lies nearer the bottom than any of them.
/// </summary>
internal static class WeightAverage
{
    /// <param name="parameters">Their averages change.</param>
    /// <param name="step">From 0.</param>
    /// <param name="decay">β; 0 keeps no average but the weights as they are.</param>
    public static void Update(IReadOnlyList<TrainedParameter> parameters, int step, double decay)
    {
        // Grows from 0.1 to β, so that the first, random weights are forgotten at once.
        var kept = Math.Min(decay, (1.0 + step) / (10.0 + step));
        foreach (var p in parameters)
        {
            p.Average.lerp_(p.Value, (float)(1 - kept));
        }
    }
}
