using static TorchSharp.torch;

namespace LmModel.Training.Regularization;

/// <summary>
/// Dropout that drops the same elements at every step of a window (Gal and Ghahramani 2016; "locked" in Merity et al.
/// 2018). If the noise changed at every step, the recurrence would average it out or be disturbed too much.
/// </summary>
internal static class LockedDropout
{
    /// <param name="columns">B.</param>
    /// <param name="width">Number of elements of an activation.</param>
    /// <param name="probability">Probability of dropping an element, below 1.</param>
    /// <returns>(1, B, width): 0, or 1 / (1 − p), so that the mean is preserved; null if nothing is dropped.</returns>
    public static Tensor? Mask(long columns, long width, double probability) =>
        probability == 0 ? null : empty(1, columns, width).bernoulli_(1 - probability).div_(1 - probability);
}
