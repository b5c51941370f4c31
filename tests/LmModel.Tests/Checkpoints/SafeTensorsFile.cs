using System.Buffers.Binary;
using System.Text;
using LmModel.Checkpoints;
using LmModel.Files;

namespace LmModel.Tests.Checkpoints;

/// <summary>Makes safetensors files by hand, sound or not.</summary>
internal static class SafeTensorsFile
{
    /// <param name="header">The JSON, with ' for ".</param>
    /// <param name="dataLength">Zero bytes that follow it.</param>
    /// <param name="headerLength">What the file claims; null for the truth.</param>
    public static byte[] Bytes(string header, int dataLength, ulong? headerLength = null)
    {
        var json = Encoding.UTF8.GetBytes(header.Replace('\'', '"'));
        return WithPrefix(headerLength ?? (ulong)json.Length, [.. json, .. new byte[dataLength]]);
    }

    public static byte[] WithPrefix(ulong headerLength, byte[] rest)
    {
        var prefix = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, headerLength);
        return [.. prefix, .. rest];
    }

    public static SafeTensorsReader Open(byte[] file) =>
        SafeTensorsReader.Open(new MemoryStream(file), "x.safetensors");

    public static string Refusal(byte[] file) => Assert.Throws<SafeTensorsException>(() => Open(file)).Message;
}
