using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Training.Settings;
using static System.FormattableString;
using static LmModel.Training.Planning.TrainingPlanRules;

namespace LmModel.Training.Planning;

/// <summary>
/// Tokenizer, network and schedule for a text and a time, with reasons. A plan depends only on its arguments. Choices
/// that have already been made are respected, and the rest adapts to them.
/// </summary>
internal sealed record TrainingPlan
{
    /// <summary>The tokenizer's <see cref="Tokenization.Tokenizer.Kind"/>.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>Size of the vocabulary: exact for a trained vocabulary, otherwise an estimate.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>The network; its <see cref="ModelConfig.VocabularySize"/> is the estimate.</summary>
    public required ModelConfig Network { get; init; }

    /// <summary>How the network is trained.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>How often the training text will be read.</summary>
    public required double Epochs { get; init; }

    /// <summary>A sentence for each decision.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>
    /// All decisions as choices that result in the same plan without a time. The vocabulary is included for bpe only:
    /// the numbers of words and characters follow from the text.
    /// </summary>
    public TrainingChoices Choices => new TrainingChoices
    {
        Tokenizer = Tokenizer,
        Vocabulary = Tokenizer == "bpe" ? Vocabulary : null,
        Cell = Network.Cell,
        Layers = Network.Layers,
        HiddenSize = Network.HiddenSize,
        EmbeddingSize = Network.EmbeddingSize,
        TieWeights = Network.TieWeights,
        Dropout = Network.Dropout,
    }.With(TrainingSetting.All.Select(setting => (setting, setting.Of(Settings))));

    /// <summary>Plans a training.</summary>
    /// <param name="text">The text to train on.</param>
    /// <param name="given">The choices that have already been made.</param>
    /// <param name="time">
    /// The time that determines the number of steps; required if <paramref name="given"/> has no steps, otherwise
    /// unused.
    /// </param>
    /// <exception cref="ArgumentException">Neither steps nor a time is given, or the time is not above 0.</exception>
    public static TrainingPlan Make(CorpusFacts text, TrainingChoices given, TrainingTime? time)
    {
        if (given.Steps is null && !(time is { Minutes: > 0, FlopsPerSecond: > 0 }))
        {
            throw new ArgumentException(
                Invariant($"A plan needs steps, or a time above 0 minutes, not {time?.Minutes ?? 0}."), nameof(time));
        }

        return new TrainingPlanner(text, given, given.Steps is null ? time : null).Plan();
    }

    /// <summary>Whether a text is long enough for a network; a wider network would only memorize it sooner.</summary>
    /// <param name="network">The network.</param>
    /// <param name="settings">Provides the number of sampled tokens.</param>
    /// <param name="tokens">Tokens of the text that is trained on, above 0.</param>
    public static bool Suits(ModelConfig network, TrainingSettings settings, double tokens) =>
        PlannedDropout.Multiplied(network, settings.SampledTokens) <= MostParameters(tokens);

    /// <summary>The maximum number of parameters in products for a text with this many tokens.</summary>
    internal static double MostParameters(double tokens) =>
        Math.Max(ParametersPerToken * tokens, ParametersPerRootToken * Math.Sqrt(tokens));
}
