using System.ComponentModel.DataAnnotations;

namespace LmApi.Generation;

/// <summary>
/// What a request to <c>POST /generate</c> may ask for, and how it is answered; section <c>Generation</c> of the
/// configuration.
/// </summary>
internal sealed class GenerationOptions
{
    public const string Section = "Generation";

    /// <summary>The maximum of <c>max_tokens</c>.</summary>
    [Range(1, 1_000_000)]
    public int MaxTokens { get; set; } = 4096;

    /// <summary>The default of <c>max_tokens</c>.</summary>
    [Range(1, 1_000_000)]
    public int DefaultMaxTokens { get; set; } = 256;

    /// <summary>The most positions that the neural cache of a request may remember.</summary>
    [Range(1, LmModel.Generation.NeuralCacheSettings.MaxSize)]
    public int MaxNeuralCacheSize { get; set; } = 2000;

    /// <summary>
    /// Minimum time between two packets of a stream, so that a fast stream has several tokens in one; its first token
    /// and its end are sent at once. 0 sends each token by itself.
    /// </summary>
    [Range(0, 1000)]
    public int FlushMilliseconds { get; set; } = 5;

    /// <summary>A stream that has been silent this long gets a comment, so that proxies keep it open.</summary>
    [Range(1, 3600)]
    public int KeepAliveSeconds { get; set; } = 10;
}
