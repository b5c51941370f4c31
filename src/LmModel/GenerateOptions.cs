using LmModel.Generation;
using LmModel.Guard;
using LmModel.Sampling;

namespace LmModel;

/// <summary>How much <see cref="TextModel.GenerateAsync"/> generates, and how it draws.</summary>
public sealed record GenerateOptions
{
    /// <summary>What is drawn at most where neither these options nor the model say.</summary>
    internal const int DefaultMaxTokens = 500;

    /// <summary>
    /// The most tokens to draw, at least 0; null for what the folder's <c>generation_config.json</c> says, or 500.
    /// </summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// The key of every random number: the same seed, prompt and options give the same text. Null draws one.
    /// </summary>
    public long? Seed { get; init; }

    /// <summary>
    /// How tokens are drawn; null for the model's own settings, <see cref="TextModel.DefaultSampling"/>.
    /// </summary>
    public SamplingSettings? Sampling { get; init; }

    /// <summary>Mixes the text's own past into the model's distribution; null for the model alone.</summary>
    public NeuralCacheSettings? NeuralCache { get; init; }

    /// <summary>
    /// Keeps the text free of runs of this many tokens of the training text. Needs the <c>verbatim.filter</c> that
    /// <c>lm guard</c> writes, which also has the least value. Null allows all runs.
    /// </summary>
    public int? Verbatim { get; init; }

    /// <summary>
    /// Texts that end the generation and are not part of it; none may be empty. Null for what the folder's
    /// <c>generation_config.json</c> says, or none.
    /// </summary>
    public IReadOnlyList<string>? Stop { get; init; }

    /// <summary>How many of the most probable tokens to report beside each, at least 0.</summary>
    public int Alternatives { get; init; }

    /// <exception cref="ArgumentException">An option is outside of its range.</exception>
    internal void ThrowIfInvalid()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxTokens ?? 0, nameof(MaxTokens));
        ArgumentOutOfRangeException.ThrowIfNegative(Alternatives);
        if (Stop?.Contains("") == true)
        {
            throw new ArgumentException($"{nameof(Stop)} must not contain an empty text.");
        }
    }

    /// <exception cref="ArgumentException">The filter does not serve <see cref="Verbatim"/>, or is null.</exception>
    internal GenerationSettings SettingsFor(int[] prompt, GenerationDefaults defaults, VerbatimFilter? filter) => new()
    {
        PromptTokens = prompt,
        MaxTokens = MaxTokens ?? defaults.MaxTokens ?? DefaultMaxTokens,
        Seed = Seed ?? new Random().NextInt64(1L << 53),
        Sampling = Sampling ?? defaults.Sampling,
        NeuralCache = NeuralCache,
        Guard = Verbatim is { } run ? VerbatimRule.Of(filter, run) : null,
        Stop = Stop ?? defaults.Stop,
        Alternatives = Alternatives,
    };
}
