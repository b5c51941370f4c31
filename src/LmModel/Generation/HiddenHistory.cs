using LmModel.Inference.Managed;
using LmModel.Quantization;

namespace LmModel.Generation;

/// <summary>
/// The last hidden states of a text, and their products with another one. They are stored like rows of weight matrices,
/// so that a product is one chain of fused multiply-adds and has the same bits on every processor.
/// </summary>
/// <remarks>
/// A ring: row Count % size is the next one. Memory is allocated as it fills, 64 rows at a time, outside of the managed
/// heap.
/// </remarks>
/// <param name="size">Rows kept, at least 1.</param>
/// <param name="hidden">H.</param>
/// <param name="kernels">The arithmetic.</param>
internal sealed unsafe class HiddenHistory(int size, int hidden, StepKernels kernels) : IDisposable
{
    private const int PanelRows = StepKernels.PanelSums;

    private static readonly int[] NoRows = [.. Enumerable.Repeat(-1, PanelRows)];

    private readonly List<PackedMatrix> _panels = [];
    private readonly Activations _x = Activations.Allocate(1, PackedMatrix.RoundUp(hidden, 2), null);
    private bool _disposed;

    /// <summary>Rows held, at most the size.</summary>
    public int Count { get; private set; }

    /// <summary>Index of the next row, which is also that of the oldest once the ring is full.</summary>
    public int Next { get; private set; }

    /// <summary>Bytes of so many rows.</summary>
    public static long Bytes(int rows, int hidden) =>
        (long)PackedMatrix.RoundUp(rows, PanelRows) * (PackedMatrix.RoundUp(hidden, 2) + 1) * sizeof(float);

    /// <summary>Adds a state, which replaces the oldest if the ring is full.</summary>
    /// <param name="h">(H), finite.</param>
    public void Add(ReadOnlySpan<float> h)
    {
        var panel = Next / PanelRows;
        if (panel == _panels.Count)
        {
            _panels.Add(PackedMatrix.Pack([], hidden, NoRows, StepKernels.PanelBlocks, Precision.Fp32));
        }

        _panels[panel].SetRow(Next % PanelRows, h);
        Next = (Next + 1) % size;
        Count = Math.Min(Count + 1, size);
    }

    /// <summary>The row of a state, counted from the oldest.</summary>
    public int Row(int age)
    {
        var row = age + (Count == size ? Next : 0);
        return row < Count ? row : row - Count;
    }

    /// <summary>h · hᵢ of all states held, the oldest first.</summary>
    /// <param name="h">(H).</param>
    /// <param name="products">Receives (Count).</param>
    public void Multiply(ReadOnlySpan<float> h, Span<float> products)
    {
        h.CopyTo(new Span<float>(_x.Floats, hidden));
        var sums = stackalloc float[PanelRows];
        var oldest = Count == size ? Next : 0;
        for (var row = 0; row < Count;)
        {
            new Span<float>(sums, PanelRows).Clear();
            kernels.Multiply(_panels[row / PanelRows], 0, StepKernels.PanelBlocks, _x, 1, sums, PanelRows);
            for (var i = 0; i < PanelRows && row < Count; i++, row++)
            {
                products[row < oldest ? row + Count - oldest : row - oldest] = sums[i];
            }
        }
    }

    /// <summary>Removes all states, and keeps the memory.</summary>
    public void Clear() => Count = Next = 0;

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _panels.ForEach(panel => panel.Dispose());
            _x.Free();
        }
    }
}
