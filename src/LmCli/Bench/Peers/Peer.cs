namespace LmCli.Bench.Peers;

/// <summary>
/// Somebody's way to step the measured network for B sequences, which keep their states in it: embedding, recurrent
/// layers, linear, and the logits where a sampler could read them. No sampling and no text.
/// </summary>
internal abstract class Peer(string name, int batch) : IDisposable
{
    public string Name => name;

    /// <summary>B.</summary>
    public int Batch => batch;

    /// <param name="tokens">(B).</param>
    /// <param name="logits">Receives (B, V).</param>
    public abstract void Step(ReadOnlySpan<int> tokens, Span<float> logits);

    public abstract void Dispose();
}
