using System.Diagnostics;

namespace LmModel.Checkpoints;

/// <summary>Element types of a safetensors file; the names are those in the file.</summary>
internal enum TensorType
{
    BOOL,
    U8,
    I8,
    F8_E5M2,
    F8_E4M3,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    C64,
    F64,
    I64,
    U64,
}

internal static class TensorTypes
{
    /// <summary>Number of bytes per element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.BOOL or TensorType.U8 or TensorType.I8 or TensorType.F8_E5M2 or TensorType.F8_E4M3 => 1,
        TensorType.I16 or TensorType.U16 or TensorType.F16 or TensorType.BF16 => 2,
        TensorType.I32 or TensorType.U32 or TensorType.F32 => 4,
        TensorType.C64 or TensorType.F64 or TensorType.I64 or TensorType.U64 => 8,
        _ => throw new UnreachableException(),
    };

    /// <summary>Whether its values can be converted to floats without loss.</summary>
    public static bool FitsFloat(this TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16;

    public static bool TryParse(string name, out TensorType type) =>
        // Enum.TryParse alone would also accept "7".
        Enum.TryParse(name, out type) && Enum.GetName(type) == name;
}
