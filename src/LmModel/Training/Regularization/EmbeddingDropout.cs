using static TorchSharp.torch;

namespace LmModel.Training.Regularization;

/// <summary>
/// Drops tokens of the vocabulary as a whole for a window (Gal and Ghahramani 2016, section 4.2): the network must not
/// lean on any one of them.
/// </summary>
internal static class EmbeddingDropout
{
    /// <returns>(V): 0, or 1 / (1 − p); null where nothing is dropped.</returns>
    public static Tensor? Factors(long vocabulary, double probability) =>
        probability == 0 ? null : empty(vocabulary).bernoulli_(1 - probability).div_(1 - probability);
}
