using System.Runtime.Intrinsics.X86;

namespace LmModel.Training.Settings;

/// <summary>The number formats that this processor multiplies in hardware; libtorch would emulate others, which is
/// slow.</summary>
internal static class ProcessorArithmetic
{
    // CPUID leaf 7: sub-leaf 1, EAX bit 5 is AVX512_BF16; sub-leaf 0, EDX bit 22 is AMX-BF16.
    private const int Avx512Bf16 = 1 << 5;
    private const int AmxBf16 = 1 << 22;

    public static TrainingArithmetic Fastest =>
        X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 1).Eax & Avx512Bf16) != 0 || (X86Base.CpuId(7, 0).Edx & AmxBf16) != 0)
            ? TrainingArithmetic.Bf16
            : TrainingArithmetic.Fp32;
}
