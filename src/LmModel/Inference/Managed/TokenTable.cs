using System.Runtime.InteropServices;

namespace LmModel.Inference.Managed;

/// <summary>
/// W_ih x + b of the first layer for every token of the vocabulary, (panels, V, 64), made once in fp32: a step looks the
/// token's row up and never reads that layer's input weights.
/// </summary>
internal sealed unsafe class TokenTable : IDisposable
{
    /// <summary>Beyond this it does not pay. A vocabulary of 4,096 and an LSTM of 512 units take 32 MiB.</summary>
    private const long MaxBytes = 32 << 20;

    private const int Sums = StepKernels.PanelSums;

    private readonly float* _rows;
    private readonly int _vocabularySize;

    /// <param name="layer">The first; its input weights are fp32 and are freed.</param>
    /// <param name="panels">Of the layer.</param>
    /// <param name="embeddings">(V, E).</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="kernels">The arithmetic.</param>
    /// <param name="crew">Shares out the panels.</param>
    public TokenTable(
        ManagedLayer layer, int panels, Activations embeddings, int vocabularySize, StepKernels kernels, Crew crew)
    {
        _vocabularySize = vocabularySize;
        var rows = (float*)PackedMatrix.Allocate((nuint)BytesOf(panels, vocabularySize));
        _rows = rows;
        crew.Run(panels, panel =>
        {
            var sums = rows + ((long)panel * vocabularySize * Sums);
            layer.BeginSums(panel, vocabularySize, sums);
            layer.AddInput(kernels, panel, embeddings, vocabularySize, sums);
        });
        layer.DropInput();
    }

    public static bool Pays(int panels, int vocabularySize) => BytesOf(panels, vocabularySize) <= MaxBytes;

    /// <summary>Begins the sums of a panel, (tokens, 64).</summary>
    public void BeginSums(int panel, ReadOnlySpan<int> tokens, float* sums)
    {
        var rows = _rows + ((long)panel * _vocabularySize * Sums);
        foreach (var token in tokens)
        {
            new ReadOnlySpan<float>(rows + ((long)token * Sums), Sums).CopyTo(new Span<float>(sums, Sums));
            sums += Sums;
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_rows);

    private static long BytesOf(int panels, int vocabularySize) => (long)vocabularySize * panels * Sums * sizeof(float);
}
