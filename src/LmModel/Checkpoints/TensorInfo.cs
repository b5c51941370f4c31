namespace LmModel.Checkpoints;

/// <summary>The header entry of one tensor in a safetensors file.</summary>
/// <param name="Name">Unique in its file.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Sizes of the dimensions, none of them negative; empty for a single number.</param>
/// <param name="Begin">Offset of the first byte, from the start of the data.</param>
/// <param name="End">Offset of the byte after the last one.</param>
internal sealed record TensorInfo(string Name, TensorType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    private const int MostDimensionsShown = 8;

    public long ByteLength => End - Begin;

    public long ElementCount => ByteLength / Type.Size();

    /// <summary><c>F32 [11, 8]</c></summary>
    public override string ToString() => $"{Type} {Show(Shape)}";

    public static string Show(IReadOnlyList<long> shape) =>
        $"[{string.Join(", ", shape.Take(MostDimensionsShown))}{(shape.Count > MostDimensionsShown ? ", …" : "")}]";
}
