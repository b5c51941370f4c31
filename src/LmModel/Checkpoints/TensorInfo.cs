namespace LmModel.Checkpoints;

/// <summary>What a safetensors header says of one tensor.</summary>
/// <param name="Name">Unique in its file.</param>
/// <param name="Type">Type of an element.</param>
/// <param name="Shape">Sizes of the dimensions, none negative; empty for a single number.</param>
/// <param name="Begin">Offset of the first byte, from the start of the data.</param>
/// <param name="End">Offset after the last byte.</param>
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
