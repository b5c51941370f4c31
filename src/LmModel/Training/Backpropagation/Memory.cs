using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training.Backpropagation;

/// <summary>Access to tensors for the kernels.</summary>
internal static unsafe class Memory
{
    /// <summary>The format in which libtorch multiplies.</summary>
    public static ScalarType Type(TrainingArithmetic arithmetic) =>
        arithmetic is TrainingArithmetic.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>The address of the data of a contiguous tensor, valid as long as the tensor lives.</summary>
    public static byte* Address(Tensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>The same address as a pointer to floats.</summary>
    public static float* Floats(Tensor tensor) => (float*)Address(tensor);

    /// <summary>A tensor that outlives the scope in which it is created; its owner disposes it.</summary>
    public static Tensor Owned(Tensor tensor) => tensor.DetachFromDisposeScope();

    /// <summary>The views x[0], x[1], … of a tensor's first dimension.</summary>
    public static Tensor[] Rows(Tensor tensor) =>
        [.. Enumerable.Range(0, (int)tensor.shape[0]).Select(i => Owned(tensor.select(0, i)))];
}
