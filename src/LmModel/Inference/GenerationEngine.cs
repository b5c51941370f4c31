using LmModel.Tokenization;

namespace LmModel.Inference;

/// <summary>Runs generations side by side on one decode thread.</summary>
public sealed class GenerationEngine : IDisposable
{
    public GenerationEngine(
        IStepModel model, Tokenizer tokenizer, int startToken, GenerationEngineOptions options, TimeProvider time) =>
        throw new NotImplementedException();

    /// <summary>Generations that are being stepped.</summary>
    public int Active => throw new NotImplementedException();

    /// <summary>Generations admitted but not begun.</summary>
    public int Waiting => throw new NotImplementedException();

    /// <summary>Admits a generation; null where the queue is full.</summary>
    public Generation? TryStart(GenerationSettings settings, CancellationToken cancellation) =>
        throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>Bounds of a <see cref="GenerationEngine"/>.</summary>
public sealed record GenerationEngineOptions
{
    /// <summary>Generations stepped side by side.</summary>
    public int MaxActive { get; init; } = 32;

    /// <summary>Generations that may wait for one of those places; further ones are refused.</summary>
    public int MaxWaiting { get; init; } = 128;

    /// <summary>Events a slow reader may lag behind before its generation pauses.</summary>
    public int MaxBufferedEvents { get; init; } = 64;
}

/// <summary>One admitted generation. Its events can be read once.</summary>
public sealed class Generation
{
    public required GenerationSettings Settings { get; init; }

    /// <summary>
    /// Token events, then one <see cref="DoneEvent"/>. Throws <see cref="OperationCanceledException"/> when cancelled,
    /// and the cause when the engine fails or is disposed.
    /// </summary>
    public required IAsyncEnumerable<GenerationEvent> Events { get; init; }
}
