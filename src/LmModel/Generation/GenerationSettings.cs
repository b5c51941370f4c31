using LmModel.Sampling;

namespace LmModel.Generation;

/// <summary>
/// A request that has been validated against one model: it can run as it stands, and always gives the same text.
/// </summary>
internal sealed record GenerationSettings
{
    /// <summary>Ids below V; may be empty, which starts from the model's start token.</summary>
    public required int[] PromptTokens { get; init; }

    /// <summary>The most tokens to draw; 0 reads the prompt and draws nothing. At least 0.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Key of every random number of this text.</summary>
    public required long Seed { get; init; }

    /// <summary>How tokens are drawn; where nothing is said, from the model's own distribution.</summary>
    public SamplingSettings Sampling { get; init; } = SamplingSettings.Unfiltered;

    /// <summary>
    /// Mixes the text's own past into what the model predicts, before any filter; null for the model alone.
    /// </summary>
    public NeuralCacheSettings? NeuralCache { get; init; }

    /// <summary>Texts that end the generation and are not part of it; none is empty.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>How many of the most probable tokens to report at each position; 0 for none.</summary>
    public int Alternatives { get; init; }

    /// <summary>Report the prompt's tokens too, before the generated ones.</summary>
    public bool Echo { get; init; }
}
