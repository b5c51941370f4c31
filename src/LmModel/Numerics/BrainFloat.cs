namespace LmModel.Numerics;

/// <summary>bfloat16: the upper half of a float, with 8 bits of precision.</summary>
internal static class BrainFloat
{
    /// <summary>To nearest, ties to even; a NaN stays one.</summary>
    public static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? (ushort)((bits >> 16) | 0x40)
            : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
