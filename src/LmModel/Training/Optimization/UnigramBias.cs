using LmModel.Networks;
using static TorchSharp.torch;

namespace LmModel.Training.Optimization;

/// <summary>
/// Initializes a network as a unigram model: the output bias is the logarithm of each token's frequency, so that no
/// steps are spent on learning which tokens are rare. AdamW changes a bias by at most the learning rate per step, but
/// the biases of the frequent and the rare words of a text differ by ten nats.
/// </summary>
internal static class UnigramBias
{
    /// <summary>Overwrites the output bias.</summary>
    /// <param name="model">The model whose bias is overwritten.</param>
    /// <param name="counts">(V): how often each token occurs in the training text; one is added to each count.</param>
    public static void Apply(LanguageModel model, long[] counts)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var total = counts.Sum() + counts.Length;
        var bias = model.NamedWeights().Single(w => w.Name == ParameterNames.OutputBias).Value;
        bias.copy_(tensor(Array.ConvertAll(counts, n => (float)Math.Log((n + 1.0) / total))));
    }
}
