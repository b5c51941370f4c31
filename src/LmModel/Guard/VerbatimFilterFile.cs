using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LmModel.Files;

namespace LmModel.Guard;

/// <summary>Reads and writes <c>verbatim.filter</c>.</summary>
/// <remarks>
/// <code>
/// bytes       little-endian
/// 0 … 7       "verbatim"
/// 8 … 11      version
/// 12 … 15     tokens of the shortest run that can be refused
/// 16 … 19     held runs in such a run
/// 20 … 23     bits set for a held run
/// 24 … 31     held runs
/// 32 … 63     SHA-256 of the weights
/// 64 … n−33   bits, in words of 64
/// n−32 … n−1  SHA-256 of all bytes before
/// </code>
/// </remarks>
internal static class VerbatimFilterFile
{
    /// <summary>The only version; another one may also mean other hashes.</summary>
    public const int FormatVersion = 1;

    /// <summary>The largest file that is read; it holds the runs of 297 million tokens.</summary>
    public const int MaxBytes = 1 << 28;

    private const int HeaderLength = 64;
    private const int HashLength = 32;

    private static ReadOnlySpan<byte> Magic => "verbatim"u8;

    public static void Write(Stream stream, VerbatimFilter filter)
    {
        var words = MemoryMarshal.AsBytes(filter.Words);
        var file = new byte[HeaderLength + words.Length + HashLength];
        Magic.CopyTo(file);
        WriteInt32(file, 8, FormatVersion);
        WriteInt32(file, 12, filter.Least);
        WriteInt32(file, 16, VerbatimFilter.Overlap);
        WriteInt32(file, 20, VerbatimFilter.Hashes);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(24), filter.Runs);
        Convert.FromHexString(filter.WeightsSha256).CopyTo(file, 32);
        words.CopyTo(file.AsSpan(HeaderLength));
        SHA256.HashData(file.AsSpan(0, file.Length - HashLength), file.AsSpan(file.Length - HashLength));
        stream.Write(file);
    }

    /// <summary>The filter, or null if <paramref name="problems"/> received something.</summary>
    public static VerbatimFilter? Read(ReadOnlySpan<byte> file, ProblemList problems)
    {
        if (!file.StartsWith(Magic))
        {
            problems.Add(file.IsEmpty ? FolderFile.Empty
                : ForeignFile.Recognize(file) is { } kind ? $"is not a filter of runs: it looks like {kind}"
                : "is not a filter of runs, which lm guard writes");
            return null;
        }

        var words = file.Length - HeaderLength - HashLength;
        if (words <= 0 || words % sizeof(ulong) != 0)
        {
            problems.Add($"has {file.Length} bytes, which is not the length of any filter: it is cut off; {Remedy}");
            return null;
        }

        if (!SHA256.HashData(file[..^HashLength]).AsSpan().SequenceEqual(file[^HashLength..]))
        {
            problems.Add($"is damaged: its SHA-256 is not the one at its end; {Remedy}");
            return null;
        }

        var before = problems.Count;
        Require(file, 8, FormatVersion, "version", problems);
        Require(file, 16, VerbatimFilter.Overlap, "number of held runs in a run", problems);
        Require(file, 20, VerbatimFilter.Hashes, "number of bits for a run", problems);
        var (least, runs) = (ReadInt32(file, 12), BinaryPrimitives.ReadInt64LittleEndian(file[24..]));
        if (least is < VerbatimFilter.MinLeast or > VerbatimFilter.MaxRun)
        {
            problems.Add(
                $"the shortest run must have {VerbatimFilter.MinLeast} to {VerbatimFilter.MaxRun} tokens, not {least}");
        }

        if (runs < 1)
        {
            problems.Add($"the number of held runs must be at least 1, not {runs}");
        }

        return problems.Count > before
            ? null
            : new(
                least,
                runs,
                MemoryMarshal.Cast<byte, ulong>(file[HeaderLength..^HashLength]).ToArray(),
                Convert.ToHexStringLower(file.Slice(32, 32)));
    }

    private const string Remedy = "run lm guard again, or delete the file";

    private static void Require(
        ReadOnlySpan<byte> file, int at, int expected, string name, ProblemList problems)
    {
        if (ReadInt32(file, at) is var number && number != expected)
        {
            problems.Add($"the {name} must be {expected}, not {number}");
        }
    }

    private static int ReadInt32(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file[at..]);

    private static void WriteInt32(Span<byte> file, int at, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(file[at..], value);
}
