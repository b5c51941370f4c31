using System.Runtime.InteropServices;

namespace LmModel.Inference.Managed;

/// <summary>Working memory of a step, outside of the managed heap; it grows to the largest call and is kept.</summary>
/// <param name="layers">L.</param>
/// <param name="width">Units of a layer, filled up to whole panels.</param>
/// <param name="embeddingWidth">Numbers of an embedding, padded to whole vectors; 0 if embeddings are not
/// multiplied.</param>
/// <param name="panels">Panels of a layer.</param>
/// <param name="scale">The initial value of one unit of the 16-bit integers that products take; null for
/// floats.</param>
internal sealed unsafe class StepBuffers(
    int layers, int width, int embeddingWidth, int panels, float? scale) : IDisposable
{
    private int _items;
    private float* _hidden;
    private float* _cells;
    private float* _sums;

    /// <summary>Number of sequences that fit.</summary>
    public int Slots { get; private set; }

    /// <summary>h of all layers before the block: (L, slots, width).</summary>
    public Activations States { get; private set; }

    /// <summary>The outputs of the layers, alternating: (items, width).</summary>
    public Activations[] Outputs { get; } = new Activations[2];

    /// <summary>(items, embedding).</summary>
    public Activations Embedded { get; private set; }

    /// <summary>h of a layer, exactly: (width); the next slot's follows.</summary>
    public float* Hidden(int layer, int slot) => _hidden + (((long)layer * Slots) + slot) * width;

    /// <summary>c of a layer, as <see cref="Hidden"/>.</summary>
    public float* Cells(int layer, int slot) => _cells + (((long)layer * Slots) + slot) * width;

    /// <summary>The sums of a panel: (items, 64).</summary>
    public float* PanelSums(int panel) => _sums + ((long)panel * _items * StepKernels.PanelSums);

    /// <summary>Makes room; the previous contents are lost.</summary>
    public void Reserve(int slots, int items)
    {
        if (slots > Slots)
        {
            NativeMemory.AlignedFree(_hidden);
            NativeMemory.AlignedFree(_cells);
            States.Free();
            Slots = slots;
            _hidden = Floats((long)layers * slots * width);
            _cells = Floats((long)layers * slots * width);
            States = Activations.Allocate(layers * slots, width, scale);
        }

        if (items > _items)
        {
            NativeMemory.AlignedFree(_sums);
            FreeOutputs();
            _items = items;
            _sums = Floats((long)panels * items * StepKernels.PanelSums);
            Outputs[0] = Activations.Allocate(items, width, scale);
            Outputs[1] = Activations.Allocate(items, width, scale);
            Embedded = Activations.Allocate(items, embeddingWidth, scale);
        }
        else if (scale is { } unit)
        {
            // A state that was not finite has changed the scale.
            Outputs[0].SetScales(items, unit);
            Outputs[1].SetScales(items, unit);
        }
    }

    /// <summary>Initializes the sums of a panel for some columns.</summary>
    public static void Fill(float* sums, float* bias, int columns, int stride)
    {
        for (var j = 0; j < columns; j++)
        {
            new ReadOnlySpan<float>(bias, StepKernels.PanelSums)
                .CopyTo(new Span<float>(sums + ((long)j * stride), StepKernels.PanelSums));
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_hidden);
        NativeMemory.AlignedFree(_cells);
        NativeMemory.AlignedFree(_sums);
        FreeOutputs();
        States.Free();
    }

    private void FreeOutputs()
    {
        Outputs[0].Free();
        Outputs[1].Free();
        Embedded.Free();
    }

    private static float* Floats(long count) => (float*)PackedMatrix.Allocate((nuint)(count * sizeof(float)));
}
