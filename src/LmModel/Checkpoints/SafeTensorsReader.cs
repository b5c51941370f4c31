using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using LmModel.Files;
using LmModel.Networks;

namespace LmModel.Checkpoints;

/// <summary>
/// Reads a safetensors file: the length N of the header in 8 bytes, little-endian; N bytes of JSON; the data, row by
/// row and little-endian, like every machine that libtorch runs on. Not thread-safe.
/// </summary>
/// <remarks>
/// Opening validates the whole header against the size of the file and allocates memory for the header only, at most
/// <see cref="MaxHeaderLength"/>. A size in the header is trusted only if the file has that many bytes.
/// </remarks>
internal sealed class SafeTensorsReader : IDisposable
{
    /// <summary>In bytes. The format itself allows 100 MB; a model with 64 layers needs less than 32 KB.</summary>
    public const int MaxHeaderLength = 16 << 20;

    private const int ChunkElements = 1 << 16;

    private readonly Stream _stream;
    private readonly string _file;
    private readonly long _dataStart;
    private readonly FrozenDictionary<string, TensorInfo> _byName;

    private SafeTensorsReader(Stream stream, string file, long dataStart, SafeTensorsHeader header)
    {
        _stream = stream;
        _file = file;
        _dataStart = dataStart;
        _byName = header.Tensors.ToFrozenDictionary(t => t.Name);
        Tensors = header.Tensors;
        Metadata = header.Metadata;
    }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>The metadata in the file; PyTorch writes <c>format</c> = <c>pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="SafeTensorsException">The file is invalid; the message lists every fault.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is empty, or is not a regular file.</exception>
    public static SafeTensorsReader Open(string path)
    {
        var stream = FolderFile.Open(path);
        try
        {
            return Open(stream, Path.GetFileName(path));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <param name="stream">A seekable stream of the whole file; it is disposed with the reader.</param>
    /// <param name="file">The name of the file in messages.</param>
    /// <exception cref="SafeTensorsException">The file is invalid; the message lists every fault.</exception>
    public static SafeTensorsReader Open(Stream stream, string file)
    {
        var json = ReadHeader(stream, file);
        var dataStart = sizeof(ulong) + json.LongLength;
        var problems = new ProblemList();
        var header = SafeTensorsHeader.Parse(json, stream.Length - dataStart, problems);
        return problems.Count == 0
            ? new SafeTensorsReader(stream, file, dataStart, header)
            : throw new SafeTensorsException(file, problems);
    }

    /// <summary>The tensor with a name; null if the file has none.</summary>
    public TensorInfo? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>All values, row by row. F16 and BF16 are widened, which is exact.</summary>
    /// <exception cref="SafeTensorsException">There is no such tensor, its type does not fit, or a value is not
    /// finite.</exception>
    public float[] ReadFloats(string name)
    {
        var tensor = Require(name, type => type.FitsFloat(), "F32 (or F16, BF16)");
        var values = Allocate<float>(tensor);
        ReadFloats(tensor, 0, values);
        return WeightCheck.ProblemOf(ProblemList.Show(name), tensor.Shape, values) is { } problem
            ? throw SafeTensorsException.Of(_file, problem)
            : values;
    }

    /// <summary>
    /// Why <see cref="ReadFloats(string)"/> would reject a tensor whose type fits: its first value that is not finite.
    /// Null if all values are finite. Does not allocate memory for the whole tensor.
    /// </summary>
    public string? FindUnusable(TensorInfo tensor)
    {
        var check = new WeightCheck(ProblemList.Show(tensor.Name), tensor.Shape);
        var piece = new float[Math.Min(tensor.ElementCount, ChunkElements)];
        for (var start = 0L; start < tensor.ElementCount; start += piece.Length)
        {
            var values = piece.AsSpan(0, (int)Math.Min(piece.Length, tensor.ElementCount - start));
            ReadFloats(tensor, start, values);
            check.Read(values);
        }

        return check.Problem;
    }

    /// <summary>
    /// The first index at which two tensors of the same size and of fitting types differ, with both values; null if
    /// they are equal.
    /// </summary>
    public (long Index, float First, float Second)? FindDifference(TensorInfo first, TensorInfo second)
    {
        var pieces = new float[2 * ChunkElements];
        for (var start = 0L; start < first.ElementCount; start += ChunkElements)
        {
            var length = (int)Math.Min(ChunkElements, first.ElementCount - start);
            var a = pieces.AsSpan(0, length);
            var b = pieces.AsSpan(length, length);
            ReadFloats(first, start, a);
            ReadFloats(second, start, b);
            var same = a.CommonPrefixLength(b);
            if (same < length)
            {
                return (start + same, a[same], b[same]);
            }
        }

        return null;
    }

    /// <summary>All values, row by row.</summary>
    /// <exception cref="SafeTensorsException">There is no such tensor, or its type is not I64.</exception>
    public long[] ReadInt64s(string name)
    {
        var tensor = Require(name, type => type == TensorType.I64, "I64");
        var values = Allocate<long>(tensor);
        Seek(tensor, 0);
        ReadInto<long>(values);
        return values;
    }

    /// <summary>The bytes as they are in the file, whatever the type.</summary>
    /// <exception cref="SafeTensorsException">There is no such tensor.</exception>
    public byte[] ReadBytes(string name)
    {
        var tensor = Require(name, _ => true, "any type");
        var values = Allocate<byte>(tensor);
        Seek(tensor, 0);
        ReadInto<byte>(values);
        return values;
    }

    public void Dispose() => _stream.Dispose();

    private static byte[] ReadHeader(Stream stream, string file)
    {
        if (stream.Length < sizeof(ulong))
        {
            throw SafeTensorsException.Of(
                file, $"the file has {stream.Length} bytes; the length of its header alone takes 8");
        }

        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        stream.Position = 0;
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var follow = stream.Length - sizeof(ulong);
        var start = new byte[Math.Min(stream.Length, ForeignFile.HeadLength)];
        stream.Position = 0;
        stream.ReadExactly(start);
        var begun = start.AsSpan(sizeof(ulong)).StartsWith("{"u8);
        if ((!begun || length > (ulong)follow) && Recognize(start, file) is { } kind)
        {
            throw SafeTensorsException.Of(file, kind);
        }

        if (length > (ulong)follow)
        {
            throw SafeTensorsException.Of(
                file,
                $"the header claims {length} bytes, but {follow} follow: "
                    + (
                        begun && length < MaxHeaderLength
                            ? "the file is truncated; download it again"
                            : "truncated, or not a safetensors file"));
        }

        if (length > MaxHeaderLength)
        {
            throw SafeTensorsException.Of(
                file,
                $"the header claims {length} bytes; at most {MaxHeaderLength} are read");
        }

        var json = new byte[length];
        stream.Position = sizeof(ulong);
        stream.ReadExactly(json);
        return json;
    }

    /// <summary>Recognizes a file that does not begin as expected; null if its format is unknown.</summary>
    private static string? Recognize(byte[] start, string file) =>
        ForeignFile.Recognize(start, file) is { } kind ? $"is not a safetensors file: it looks like {kind}"
        : start.All(b => b is >= 0x20 and < 0x7F or (byte)'\n' or (byte)'\r' or (byte)'\t')
            ? $"is not a safetensors file but text: '{ProblemList.Show(Encoding.ASCII.GetString(start))}'"
            : null;

    private TensorInfo Require(string name, Func<TensorType, bool> fits, string expected)
    {
        var tensor = Find(name) ?? throw SafeTensorsException.Of(_file, $"{name}: missing");
        return fits(tensor.Type)
            ? tensor
            : throw SafeTensorsException.Of(_file, $"{name}: expected {expected}, found {tensor.Type}");
    }

    private T[] Allocate<T>(TensorInfo tensor) where T : unmanaged
    {
        var length = typeof(T) == typeof(byte) ? tensor.ByteLength : tensor.ElementCount;
        return length <= Array.MaxLength
            ? new T[length]
            : throw SafeTensorsException.Of(
                _file,
                $"{tensor.Name}: {length} elements; an array holds {Array.MaxLength}");
    }

    private void Seek(TensorInfo tensor, long element) =>
        _stream.Position = _dataStart + tensor.Begin + (element * tensor.Type.Size());

    /// <summary>Reads a range of values of a tensor whose type fits.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="start">The index of the first value.</param>
    /// <param name="values">Receives the values.</param>
    private void ReadFloats(TensorInfo tensor, long start, Span<float> values)
    {
        Seek(tensor, start);
        if (tensor.Type == TensorType.F32)
        {
            ReadInto(values);
            return;
        }

        var chunk = new ushort[Math.Min(values.Length, ChunkElements)];
        for (; !values.IsEmpty; values = values[Math.Min(values.Length, chunk.Length)..])
        {
            var bits = chunk.AsSpan(0, Math.Min(chunk.Length, values.Length));
            ReadInto(bits);
            for (var i = 0; i < bits.Length; i++)
            {
                values[i] = tensor.Type == TensorType.F16
                    ? (float)BitConverter.UInt16BitsToHalf(bits[i])
                    : BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
            }
        }
    }

    private void ReadInto<T>(Span<T> values) where T : unmanaged
    {
        try
        {
            // In pieces, because the number of bytes in a large array may exceed the maximum length of a span.
            for (; !values.IsEmpty; values = values[Math.Min(values.Length, ChunkElements)..])
            {
                _stream.ReadExactly(MemoryMarshal.AsBytes(values[..Math.Min(values.Length, ChunkElements)]));
            }
        }
        catch (EndOfStreamException e)
        {
            throw SafeTensorsException.Of(_file, "the file became shorter while it was being read", e);
        }
    }
}
