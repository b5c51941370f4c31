using System.Runtime.InteropServices;

namespace LmModel.Inference.Managed;

/// <summary>
/// Vectors that are multiplied by a matrix, one row per sequence: floats, or for int8 weights 16-bit integers and one
/// scale per row.
/// </summary>
/// <param name="values">Row by row.</param>
/// <param name="stride">Numbers from row to row.</param>
/// <param name="scales">The value of one unit, for each row; null for floats.</param>
internal readonly unsafe struct Activations(void* values, int stride, float* scales)
{
    public void* Values => values;

    public int Stride => stride;

    public float* Scales => scales;

    /// <summary>They are 16-bit integers.</summary>
    public bool AreIntegers => scales != null;

    public float* Floats => (float*)values;

    public short* Shorts => (short*)values;

    public Activations From(int row) => AreIntegers
        ? new((short*)values + ((long)row * stride), stride, scales + row)
        : new((float*)values + ((long)row * stride), stride, null);

    /// <summary>The same rows from a column on.</summary>
    public Activations At(int column) => AreIntegers
        ? new((short*)values + column, stride, scales)
        : new((float*)values + column, stride, null);

    /// <summary>Room for some rows, zeroed.</summary>
    /// <param name="rows">Sequences.</param>
    /// <param name="stride">Numbers of a row.</param>
    /// <param name="scale">The initial scale of the rows; null for floats.</param>
    public static Activations Allocate(int rows, int stride, float? scale)
    {
        var values = PackedMatrix.Allocate(
            (nuint)((long)rows * stride * (scale is null ? sizeof(float) : sizeof(short))));
        if (scale is null)
        {
            return new(values, stride, null);
        }

        var scales = (float*)PackedMatrix.Allocate((nuint)(rows * sizeof(float)));
        var allocated = new Activations(values, stride, scales);
        allocated.SetScales(rows, scale.Value);
        return allocated;
    }

    /// <summary>Gives the first rows a scale.</summary>
    public void SetScales(int rows, float scale) => new Span<float>(scales, rows).Fill(scale);

    public void Free()
    {
        NativeMemory.AlignedFree(values);
        NativeMemory.AlignedFree(scales);
    }
}
