using LmModel.Guard;
using LmModel.Sampling;

namespace LmModel.Generation;

/// <summary>
/// A request that has been validated for one model: it can run as it is, and always gives the same text.
/// </summary>
internal sealed record GenerationSettings
{
    /// <summary>Ids below V; may be empty, which starts from the model's start token.</summary>
    public required int[] PromptTokens { get; init; }

    /// <summary>Maximum number of tokens to draw; 0 reads the prompt and draws nothing. At least 0.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Key of every random number of this text.</summary>
    public required long Seed { get; init; }

    /// <summary>How tokens are drawn; by default from the model's own distribution.</summary>
    public SamplingSettings Sampling { get; init; } = SamplingSettings.Unfiltered;

    /// <summary>
    /// Mixes what followed similar states in this text into the predictions, before any filter; null for the model
    /// alone.
    /// </summary>
    public NeuralCacheSettings? NeuralCache { get; init; }

    /// <summary>Runs of the training text that the text must not contain; null for no such rule.</summary>
    public VerbatimRule? Guard { get; init; }

    /// <summary>Texts that end the generation and are not part of it; none is empty.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>How many of the most probable tokens to report at each position; 0 for none.</summary>
    public int Alternatives { get; init; }

    /// <summary>Whether to report the tokens of the prompt before the generated ones.</summary>
    public bool Echo { get; init; }

    /// <summary>
    /// Index of the first token of the prompt whose loss is wanted, from 1 to the length of the prompt: the end then
    /// has the losses of the tokens from there on, and the tokens before it are only read. Null scores nothing. The
    /// last token is read only if <see cref="MaxTokens"/> is above 0.
    /// </summary>
    public int? ScoredFrom { get; init; }

    /// <summary>
    /// Indexes into the state, whose values after each token of the prompt are wanted: the end then has them. The
    /// prompt is read one token at a time, all of it, so this does not go with <see cref="ScoredFrom"/>.
    /// </summary>
    public IReadOnlyList<int> Recorded { get; init; } = [];

    /// <summary>
    /// Makes what looks for continuations of the prompt in place of drawing one; null draws. A search reports no
    /// tokens, <see cref="MaxTokens"/> is 0, and neither a neural cache, a guard nor an echo goes with it.
    /// </summary>
    public Func<ISearch>? Search { get; init; }
}
