using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace LmModel.Checkpoints;

/// <summary>
/// Reads a safetensors file: 8 bytes with the length N of the header, little-endian; N bytes of JSON; the data, row by row
/// and little-endian, as is every machine that libtorch runs on. Not for use by several threads at once.
/// </summary>
/// <remarks>
/// Opening checks the header in full against the size of the file and takes memory for the header alone, at most
/// <see cref="MaxHeaderLength"/>: a size in the header is believed only when the file has that many bytes.
/// </remarks>
internal sealed class SafeTensorsReader : IDisposable
{
    /// <summary>Bytes; the format itself allows 100 MB, a model of 64 layers needs less than 32 KB.</summary>
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

    /// <summary>In the order of their data.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>What the writer noted; PyTorch writes <c>format</c> = <c>pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="SafeTensorsException">The file is unsound; the message names every fault.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static SafeTensorsReader Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
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

    /// <param name="stream">Seekable, with the file from its start to its end; disposed with the reader.</param>
    /// <param name="file">What messages call it.</param>
    /// <exception cref="SafeTensorsException">The file is unsound; the message names every fault.</exception>
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

    /// <summary>Null where the file has no tensor of this name.</summary>
    public TensorInfo? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>All values, row by row. F16 and BF16 are widened, which is exact.</summary>
    /// <exception cref="SafeTensorsException">No such tensor, or another type.</exception>
    public float[] ReadFloats(string name)
    {
        var tensor = Require(name, type => type.FitsFloat(), "F32 (or F16, BF16)");
        var values = Allocate<float>(tensor);
        Seek(tensor);
        if (tensor.Type == TensorType.F32)
        {
            ReadInto<float>(values);
            return values;
        }

        var chunk = new ushort[Math.Min(values.Length, ChunkElements)];
        for (var start = 0; start < values.Length; start += chunk.Length)
        {
            var bits = chunk.AsSpan(0, Math.Min(chunk.Length, values.Length - start));
            ReadInto(bits);
            for (var i = 0; i < bits.Length; i++)
            {
                values[start + i] = tensor.Type == TensorType.F16
                    ? (float)BitConverter.UInt16BitsToHalf(bits[i])
                    : BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
            }
        }

        return values;
    }

    /// <summary>All values, row by row.</summary>
    /// <exception cref="SafeTensorsException">No such tensor, or not I64.</exception>
    public long[] ReadInt64s(string name)
    {
        var tensor = Require(name, type => type == TensorType.I64, "I64");
        var values = Allocate<long>(tensor);
        Seek(tensor);
        ReadInto<long>(values);
        return values;
    }

    /// <summary>The bytes as they are in the file, whatever the type.</summary>
    /// <exception cref="SafeTensorsException">No such tensor.</exception>
    public byte[] ReadBytes(string name)
    {
        var tensor = Require(name, _ => true, "any type");
        var values = Allocate<byte>(tensor);
        Seek(tensor);
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
        if (length > (ulong)(stream.Length - sizeof(ulong)))
        {
            throw SafeTensorsException.Of(
                file,
                $"the header claims {length} bytes, but {stream.Length - sizeof(ulong)} follow: " +
                "cut short, or no safetensors file");
        }

        if (length > MaxHeaderLength)
        {
            throw SafeTensorsException.Of(file, $"the header claims {length} bytes; at most {MaxHeaderLength} are read");
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        return json;
    }

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
            : throw SafeTensorsException.Of(_file, $"{tensor.Name}: {length} elements; an array holds {Array.MaxLength}");
    }

    private void Seek(TensorInfo tensor) => _stream.Position = _dataStart + tensor.Begin;

    private void ReadInto<T>(Span<T> values) where T : unmanaged
    {
        try
        {
            // In pieces: the bytes of a large array are more than a span can count.
            for (; !values.IsEmpty; values = values[Math.Min(values.Length, ChunkElements)..])
            {
                _stream.ReadExactly(MemoryMarshal.AsBytes(values[..Math.Min(values.Length, ChunkElements)]));
            }
        }
        catch (EndOfStreamException e)
        {
            throw SafeTensorsException.Of(_file, "the file became shorter while it was read", e);
        }
    }
}
