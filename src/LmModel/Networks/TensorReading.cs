using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LmModel.Networks;

internal static class TensorReading
{
    /// <summary>A copy of a float32 tensor on the CPU, row by row: one block copy, no boxing of elements.</summary>
    public static float[] ToFloats(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = new float[tensor.numel()];
        tensor.detach().contiguous().bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
