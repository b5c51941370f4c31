using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Training.Settings;
using static System.FormattableString;
using static LmModel.Training.Planning.TrainingPlanRules;

namespace LmModel.Training.Planning;

/// <summary>
/// Tokenizer, network and schedule for a text and a time, and why. A function of its arguments alone; what was chosen
/// already stays, and the rest adapts to it.
/// </summary>
internal sealed record TrainingPlan
{
    /// <summary>The tokenizer's <see cref="Tokenization.Tokenizer.Kind"/>.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>Tokens of its vocabulary: exact for one that is trained, expected for others.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>The network; <see cref="ModelConfig.VocabularySize"/> is that of the expected vocabulary.</summary>
    public required ModelConfig Network { get; init; }

    /// <summary>How the network is trained.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>How often the training text will be read.</summary>
    public required double Epochs { get; init; }

    /// <summary>A sentence for each decision.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>
    /// All that is decided, as choices that make the same plan without a time. The vocabulary is stated for bpe alone:
    /// how many words or characters there are, the text decides.
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
    /// <param name="given">What is decided already.</param>
    /// <param name="time">
    /// What the steps are counted from; needed where <paramref name="given"/> has none, else unused.
    /// </param>
    /// <exception cref="ArgumentException">Neither steps nor a time are given, or the time is not above 0.</exception>
    public static TrainingPlan Make(CorpusFacts text, TrainingChoices given, TrainingTime? time)
    {
        if (given.Steps is null && !(time is { Minutes: > 0, FlopsPerSecond: > 0 }))
        {
            throw new ArgumentException(
                Invariant($"A plan needs steps, or a time above 0 minutes, not {time?.Minutes ?? 0}."), nameof(time));
        }

        return new TrainingPlanner(text, given, given.Steps is null ? time : null).Plan();
    }

    /// <summary>Whether a text is long enough for a network: a wider one would only learn it by heart sooner.</summary>
    /// <param name="network">The network.</param>
    /// <param name="settings">Its sampled tokens.</param>
    /// <param name="tokens">Tokens of the text that is trained on, above 0.</param>
    public static bool Suits(ModelConfig network, TrainingSettings settings, double tokens) =>
        PlannedDropout.Multiplied(network, settings.SampledTokens) <= MostParameters(tokens);

    /// <summary>Most parameters in products that suit a text of so many tokens.</summary>
    internal static double MostParameters(double tokens) =>
        Math.Max(ParametersPerToken * tokens, ParametersPerRootToken * Math.Sqrt(tokens));
}
