namespace LmModel.Sampling;

/// <summary>
/// What a model folder says about requests that leave something out: its <c>generation_config.json</c>.
/// </summary>
internal sealed record GenerationDefaults
{
    /// <summary>How tokens are drawn; it has no <see cref="SamplingSettings.LogitBias"/>.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>The most tokens of a text, at least 1; null leaves it to the program.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts that end the generation and are not part of it; none is empty.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}
