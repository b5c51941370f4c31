using LmModel.Networks;
using LmModel.Training.Settings;
using static LmModel.Training.Planning.TrainingPlanRules;

namespace LmModel.Training.Planning;

/// <summary>
/// The dropout of a training, which depends on how often the text is read and how many parameters can memorize it.
/// </summary>
/// <param name="Between">Dropout between the layers and before the output.</param>
/// <param name="Input">Dropout of the embedded tokens.</param>
/// <param name="Weight">Dropout of the recurrent matrices.</param>
internal sealed record PlannedDropout(double Between, double Input, double Weight)
{
    /// <param name="network">The network that is trained.</param>
    /// <param name="settings">Its steps, columns, window and sampled tokens.</param>
    /// <param name="tokens">Tokens of the text that is trained on, above 0.</param>
    public static PlannedDropout For(ModelConfig network, TrainingSettings settings, double tokens)
    {
        var between = TrainingPlanRules.Dropout(Exposure(network, settings, tokens));
        return new(between, Math.Round(InputShare * between, 2), Math.Round(WeightShare * between, 2));
    }

    /// <summary>Epochs times the number of parameters in products per token of the text.</summary>
    internal static double Exposure(ModelConfig network, TrainingSettings settings, double tokens) =>
        Epochs(settings, tokens) * Multiplied(network, settings.SampledTokens) / tokens;

    internal static double Epochs(TrainingSettings settings, double tokens) =>
        (double)settings.Steps * settings.BatchSize * settings.WindowLength / tokens;

    /// <summary>Number of parameters that every token is multiplied by; an embedding is only looked up.</summary>
    internal static long Multiplied(ModelConfig network, int sampledTokens) =>
        network.ParameterShapes.Where(p => ParameterNames.IsRecurrentMatrix(p.Name))
            .Sum(p => p.Shape[0] * p.Shape[1])
        + ((long)Scored(network.VocabularySize, sampledTokens) * network.HiddenSize);

    /// <summary>Number of logits per token in training.</summary>
    internal static int Scored(int vocabulary, int sampledTokens) =>
        sampledTokens > 0 ? Math.Min(sampledTokens, vocabulary) : vocabulary;
}
