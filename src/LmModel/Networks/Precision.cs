namespace LmModel.Networks;

/// <summary>How a decoder keeps the weights; activations, gates and states are of fp32 or better in all of them.</summary>
public enum Precision
{
    /// <summary>32-bit floats, as they were trained.</summary>
    Fp32,

    /// <summary>bfloat16, rounded to nearest even: half the bytes, 8 bits of precision; sums are fp32.</summary>
    Bf16,

    /// <summary>
    /// Symmetric 8-bit integers, one scale a row, times 16-bit activations, summed exactly in 32 bits: a quarter of the bytes.
    /// </summary>
    Int8,
}
