using LmModel.Networks;

namespace LmModel.Inference.Managed;

/// <summary>
/// Writes vectors in the format that products need: unchanged, or for int8 weights as 16-bit integers with a scale.
/// </summary>
/// <param name="kernels">The arithmetic.</param>
/// <param name="cell">Whose states they are.</param>
/// <param name="maxActivation">The largest integer.</param>
internal sealed unsafe class ActivationWriter(StepKernels kernels, Cell cell, int maxActivation)
{
    /// <summary>The integer that represents 1.</summary>
    public int MaxActivation => maxActivation;

    /// <summary>
    /// h of these cells is within ±1 and always has the same scale, so that the panels can write it independently; h of
    /// a rectified cell is not bounded, and is written when all of it is known.
    /// </summary>
    public bool StatesAreBounded { get; } = cell.Traits().StateIsBounded;

    /// <param name="h">(length), a multiple of 16.</param>
    /// <param name="length">Numbers of a state's vector.</param>
    /// <param name="target">One row.</param>
    public void WriteState(float* h, int length, Activations target) =>
        Write(h, length, target, StatesAreBounded ? 1 : Max(h, length));

    /// <summary>A vector of any size, by its own scale.</summary>
    /// <inheritdoc cref="WriteState"/>
    public void WriteVector(float* x, int length, Activations target) => Write(x, length, target, Max(x, length));

    private void Write(float* x, int length, Activations target, float max)
    {
        if (!target.AreIntegers)
        {
            new ReadOnlySpan<float>(x, length).CopyTo(new Span<float>(target.Floats, length));
            return;
        }

        // Integers cannot be NaN, so the scale carries it to the sums.
        var finite = kernels.Quantize(x, length, max == 0 ? 0 : maxActivation / max, maxActivation, target.Shorts);
        *target.Scales = finite ? max / maxActivation : float.NaN;
    }

    private static float Max(float* x, int length)
    {
        var max = 0f;
        for (var i = 0; i < length; i++)
        {
            max = MathF.Max(max, MathF.Abs(x[i]));
        }

        return max;
    }
}
