using static TorchSharp.torch;

namespace LmModel.Training.Regularization;

/// <summary>
/// Drops whole tokens of the vocabulary for a window (Gal and Ghahramani 2016, section 4.2), so that the network does
/// not rely on any single token.
/// </summary>
internal static class EmbeddingDropout
{
    /// <returns>(V): 0, or 1 / (1 − p); null if nothing is dropped.</returns>
    public static Tensor? Factors(long vocabulary, double probability) =>
        probability == 0 ? null : empty(vocabulary).bernoulli_(1 - probability).div_(1 - probability);
}
