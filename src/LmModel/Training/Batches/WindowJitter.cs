using LmModel.Numerics;
using LmModel.Training.Settings;

namespace LmModel.Training.Batches;

/// <summary>
/// Draws the length of a window (Merity et al. 2018). With a fixed length, windows would always begin, and gradients
/// would always stop, at the same tokens of the text.
/// </summary>
internal static class WindowJitter
{
    private const double Half = 0.05;
    private const double Deviation = 5;

    /// <summary>Length of the longest possible window.</summary>
    public static int Longest(int windowLength) => windowLength + (int)(4 * Deviation);

    /// <returns>Normally distributed with deviation 5 around T, or around T/2 for one window in 20; between 5 and the
    /// longest.</returns>
    public static int Length(int windowLength, long seed, int step)
    {
        double Uniform(long n) => Philox.Uniform(seed, (int)TrainingRandom.Length, (3L * step) + n);

        var mean = Uniform(0) < Half ? windowLength / 2.0 : windowLength;
        // Box and Muller 1958.
        var normal = Math.Sqrt(-2 * Math.Log(1 - Uniform(1))) * Math.Cos(2 * Math.PI * Uniform(2));
        return Math.Clamp(
            (int)Math.Round(mean + (Deviation * normal)),
            Math.Min(5, windowLength),
            Longest(windowLength));
    }
}
