using LmModel.Networks;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training.Optimization;

/// <summary>Initial values of the recurrent matrices.</summary>
internal static class RecurrentInitializer
{
    // Below 1, so that a rectified state cannot grow without bound (Le et al. 2015 use 1, with stronger clipping).
    private const double IdentityScale = 0.95;

    /// <summary>Overwrites every W_hh, each gate's H × H block separately; draws from libtorch's generator.</summary>
    public static void Apply(LanguageModel model, RecurrentInitialization kind)
    {
        if (kind is RecurrentInitialization.Uniform)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var units = model.Config.HiddenSize;
        foreach (
            var (_, weight) in model
                .NamedWeights()
                .Where(w => ParameterNames.IsStateWeight(w.Name)))
        {
            for (var gate = 0; gate < model.Config.Gates; gate++)
            {
                Fill(weight.narrow(0, (long)gate * units, units), kind);
            }
        }
    }

    private static void Fill(Tensor block, RecurrentInitialization kind)
    {
        if (kind is RecurrentInitialization.Orthogonal)
        {
            nn.init.orthogonal_(block);
        }
        else
        {
            block.copy_(eye(block.shape[0]) * IdentityScale);
        }
    }
}
