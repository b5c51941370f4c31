using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Throughput;

/// <summary>
/// The wire format of Protocol Buffers, as far as an ONNX file needs it: fields of a message are pairs of a key
/// (number · 8 + wire type) and a value. https://protobuf.dev/programming-guides/encoding
/// </summary>
internal sealed class ProtobufWriter
{
    private const int VarInt = 0;
    private const int LengthDelimited = 2;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public ProtobufWriter Integer(int field, long value)
    {
        Raw(((ulong)field << 3) | VarInt);
        Raw((ulong)value);
        return this;
    }

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, ProtobufWriter value) => Bytes(field, value.ToArray());

    /// <summary>Little-endian, as this machine has them.</summary>
    public ProtobufWriter Numbers<T>(int field, ReadOnlySpan<T> values)
        where T : unmanaged => Bytes(field, MemoryMarshal.AsBytes(values));

    private ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Raw(((ulong)field << 3) | LengthDelimited);
        Raw((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>Seven bits a byte, the lowest first; the eighth says that more follow.</summary>
    private void Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Write([(byte)(value | 0x80)]);
        }

        _bytes.Write([(byte)value]);
    }
}
