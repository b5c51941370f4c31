using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LmModel.Checkpoints;

/// <summary>Writes safetensors files. The same tensors and metadata always give the same bytes.</summary>
internal static class SafeTensorsWriter
{
    private const int Alignment = 8;

    /// <summary>The metadata that Python's loaders expect.</summary>
    public static IReadOnlyDictionary<string, string> PyTorchMetadata { get; } =
        new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>Writes the file atomically: if it fails, an existing file is unchanged.</summary>
    public static void Write(
        string path, IReadOnlyList<TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <param name="stream">Receives the file, beginning at the current position.</param>
    /// <param name="tensors">
    /// The tensors. Their data keep this order, except that types with larger elements come first, because Python's
    /// loader requires every tensor to be aligned to its element size.
    /// </param>
    /// <param name="metadata">Additional information for readers of the file.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or one has the name of the
    /// metadata.</exception>
    public static void Write(
        Stream stream, IReadOnlyList<TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var names = new HashSet<string> { "__metadata__" };
        if (tensors.FirstOrDefault(t => !names.Add(t.Name)) is { } taken)
        {
            throw new ArgumentException($"The tensor name {taken.Name} is taken.", nameof(tensors));
        }

        var ordered = tensors.OrderByDescending(t => t.Type.Size()).ToList();
        var json = Header(ordered, metadata ?? new Dictionary<string, string>());

        // Padded with spaces to a multiple of 8, so that the data are aligned for a reader that maps the file.
        var padded = (json.Length + Alignment - 1) / Alignment * Alignment;
        var start = new byte[sizeof(ulong) + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(start, (ulong)padded);
        json.CopyTo(start.AsSpan(sizeof(ulong)));
        start.AsSpan(sizeof(ulong) + json.Length).Fill((byte)' ');
        stream.Write(start);
        foreach (var tensor in ordered)
        {
            tensor.WriteTo(stream);
        }
    }

    private static ReadOnlySpan<byte> Header(List<TensorData> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        // Every loader reads UTF-8; escaping would make names longer and harder to search for.
        using var writer = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        if (metadata.Count > 0)
        {
            writer.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        long offset = 0;
        foreach (var tensor in tensors)
        {
            writer.WriteStartObject(tensor.Name);
            writer.WriteString("dtype", tensor.Type.ToString());
            WriteNumbers(writer, "shape", tensor.Shape);
            WriteNumbers(writer, "data_offsets", [offset, offset += tensor.ByteLength]);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan;
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IReadOnlyList<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
