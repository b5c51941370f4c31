using System.Text.Json.Serialization;

namespace LmModel.Quantization;

/// <summary>
/// How a decoder stores the weights; activations, gates and states have fp32 or better in all of them. JSON names:
/// <c>fp32</c>, <c>bf16</c>, <c>int8</c>.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
public enum Precision
{
    /// <summary>32-bit floats, as they were trained.</summary>
    [JsonStringEnumMemberName("fp32")] Fp32,

    /// <summary>bfloat16, rounded to nearest even: half the bytes, 8 bits of precision; sums are fp32.</summary>
    [JsonStringEnumMemberName("bf16")] Bf16,

    /// <summary>
    /// Symmetric 8-bit integers with one scale per row, multiplied by 16-bit activations and summed exactly in 32 bits:
    /// a quarter of the bytes.
    /// </summary>
    [JsonStringEnumMemberName("int8")] Int8,
}

/// <summary>Precisions as people read and write them.</summary>
internal static class PrecisionNames
{
    /// <summary>The JSON name.</summary>
    public static string Name(this Precision precision) => precision.ToString().ToLowerInvariant();
}
