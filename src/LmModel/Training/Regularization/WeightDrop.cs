using static TorchSharp.torch;

namespace LmModel.Training.Regularization;

/// <summary>
/// DropConnect (Wan et al. 2013) on the recurrent matrices (Merity et al. 2018). It drops weights for a window instead
/// of activations at a step, so that memory over many steps is regularized without being disturbed.
/// </summary>
internal static class WeightDrop
{
    /// <param name="weight">W_hh.</param>
    /// <param name="probability">Probability of dropping an element, below 1.</param>
    /// <returns>In the shape of the weight: 0, or 1 / (1 − p); null if nothing is dropped.</returns>
    public static Tensor? Mask(Tensor weight, double probability) =>
        probability == 0 ? null : empty_like(weight).bernoulli_(1 - probability).div_(1 - probability);
}
