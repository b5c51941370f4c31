using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training.Backpropagation;

/// <summary>Tensors as the kernels see them.</summary>
internal static unsafe class Memory
{
    /// <summary>The format that libtorch multiplies in.</summary>
    public static ScalarType Type(TrainingArithmetic arithmetic) =>
        arithmetic is TrainingArithmetic.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Where a contiguous tensor's numbers lie; they stay there as long as it lives.</summary>
    public static byte* Address(Tensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>The same in floats.</summary>
    public static float* Floats(Tensor tensor) => (float*)Address(tensor);

    /// <summary>A tensor that outlives the scope it is made in; its owner disposes it.</summary>
    public static Tensor Owned(Tensor tensor) => tensor.DetachFromDisposeScope();

    /// <summary>The views x[0], x[1], … of a tensor's first dimension.</summary>
    public static Tensor[] Rows(Tensor tensor) =>
        [.. Enumerable.Range(0, (int)tensor.shape[0]).Select(i => Owned(tensor.select(0, i)))];
}
