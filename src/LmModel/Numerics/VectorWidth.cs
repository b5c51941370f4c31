namespace LmModel.Numerics;

/// <summary>How many bits of a vector an implementation of <see cref="IFloatLanes{T}"/> uses.</summary>
internal enum VectorWidth
{
    /// <summary><see cref="FloatScalar"/>: no vectors.</summary>
    Scalar,

    /// <summary><see cref="Float128"/>: NEON and SSE.</summary>
    Bits128,

    /// <summary><see cref="Float256"/>: AVX2 with FMA.</summary>
    Bits256,

    /// <summary><see cref="Float512"/>: AVX-512.</summary>
    Bits512,
}

internal static class VectorWidths
{
    /// <summary>The widest that this processor supports. All widths give the same bits, at different speeds.</summary>
    public static VectorWidth Widest { get; } =
        Float512.IsSupported ? VectorWidth.Bits512
        : Float256.IsSupported ? VectorWidth.Bits256
        : Float128.IsSupported ? VectorWidth.Bits128
        : VectorWidth.Scalar;
}
