using LmModel.Numerics;
using LmModel.Training.Backpropagation;

namespace LmModel.Training.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, algorithm 2) with weight decay on matrices only: a bias has no reason to be
/// small. The scaling of the gradient, both moments and the update are done in one pass over memory, which is the whole
/// cost.
/// </summary>
internal static unsafe class AdamW
{
    internal const float Beta1 = 0.9f;
    internal const float Beta2 = 0.999f;
    internal const float Epsilon = 1e-8f;
    private const int Chunk = 1 << 16;

    private static readonly AdamWKernels Kernels = AdamWKernels.Of(VectorWidths.Widest);

    /// <summary>‖∂L/∂θ‖ over all parameters together.</summary>
    public static double GradientNorm(IReadOnlyList<TrainedParameter> parameters) =>
        Math.Sqrt(parameters.Sum(p => Kernels.SquaredNorm(Memory.Floats(p.Gradient), p.Gradient.numel())));

    /// <param name="parameters">The parameters; their values and moments are updated.</param>
    /// <param name="step">From 0.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="decay">λ; a matrix shrinks by λ · learning rate.</param>
    /// <param name="scale">Factor of the gradient; below 1 if it is clipped.</param>
    /// <param name="threads">Number of threads that share the work.</param>
    public static void Step(
        IReadOnlyList<TrainedParameter> parameters,
        int step,
        double learningRate,
        double decay,
        double scale,
        int threads)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        var correction1 = 1 - Math.Pow(Beta1, step + 1);
        var correction2 = 1 - Math.Pow(Beta2, step + 1);
        foreach (var p in parameters)
        {
            var (value, gradient) = ((nint)Memory.Floats(p.Value), (nint)Memory.Floats(p.Gradient));
            var (mean, variance) = ((nint)Memory.Floats(p.Mean), (nint)Memory.Floats(p.Variance));
            var count = (int)p.Value.numel();
            var keep = (float)(1 - (p.Shape.Length > 1 ? learningRate * decay : 0));
            Parallel.For(0, (count + Chunk - 1) / Chunk, options, chunk =>
            {
                var start = chunk * Chunk;
                Kernels.Update(
                    (float*)value + start, (float*)gradient + start, (float*)mean + start, (float*)variance + start,
                    Math.Min(Chunk, count - start), (float)scale, keep,
                    (float)(learningRate / correction1), (float)(1 / correction2));
            });
        }
    }
}
