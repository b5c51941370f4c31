using System.Runtime.InteropServices;

namespace LmModel.Inference.Managed;

/// <summary>
/// W_ih x + b of the first layer for every token of the vocabulary, (panels, V, 64), in fp32: a step looks up the row
/// of a token and does not read the input weights of that layer.
/// </summary>
/// <remarks>
/// A row is computed when it is first looked up. Computing a large table at load would take most of the time until a
/// service is ready, and many times that on a processor without fused multiply-add, although a text reads few of its
/// rows.
/// </remarks>
internal sealed unsafe class TokenTable : IDisposable
{
    /// <summary>A larger table is not worth its memory. A vocabulary of 4,096 and an LSTM of 512 units take 32
    /// MiB.</summary>
    private const long MaxBytes = 32 << 20;

    private const int Sums = StepKernels.PanelSums;

    private readonly ManagedLayer _layer;
    private readonly Activations _embeddings;
    private readonly int _vocabularySize;
    private readonly StepKernels _kernels;
    private readonly float* _rows;
    private readonly bool[] _made; // (panels, V)

    /// <param name="layer">The first; its input weights are fp32.</param>
    /// <param name="panels">Of the layer.</param>
    /// <param name="embeddings">(V, E); their owner's.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="kernels">The arithmetic.</param>
    public TokenTable(ManagedLayer layer, int panels, Activations embeddings, int vocabularySize, StepKernels kernels)
    {
        (_layer, _embeddings, _vocabularySize, _kernels) = (layer, embeddings, vocabularySize, kernels);
        _rows = (float*)NativeMemory.AlignedAlloc((nuint)BytesOf(panels, vocabularySize), 64);
        _made = new bool[panels * vocabularySize];
    }

    public static bool Pays(int panels, int vocabularySize) => BytesOf(panels, vocabularySize) <= MaxBytes;

    /// <summary>Initializes the sums of a panel, (tokens, 64). At most one thread at a time for each panel.</summary>
    public void BeginSums(int panel, ReadOnlySpan<int> tokens, float* sums)
    {
        var rows = _rows + ((long)panel * _vocabularySize * Sums);
        var made = _made.AsSpan(panel * _vocabularySize, _vocabularySize);
        foreach (var token in tokens)
        {
            var row = rows + ((long)token * Sums);
            if (!made[token])
            {
                _layer.BeginSums(panel, 1, row);
                _layer.AddInput(_kernels, panel, _embeddings.From(token), 1, row);
                made[token] = true;
            }

            new ReadOnlySpan<float>(row, Sums).CopyTo(new Span<float>(sums, Sums));
            sums += Sums;
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_rows);

    private static long BytesOf(int panels, int vocabularySize) => (long)vocabularySize * panels * Sums * sizeof(float);
}
