namespace LmCli.Bench.Peers;

/// <summary>
/// Another implementation that steps the measured network for B sequences and keeps their states: embedding, recurrent
/// layers, linear layer, and logits in memory that a sampler could read. No sampling and no text.
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
