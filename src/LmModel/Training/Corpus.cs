using System.Security.Cryptography;
using System.Text;

namespace LmModel.Training;

/// <summary>A text to train on, read whole, and where it came from.</summary>
public sealed record Corpus
{
    /// <summary>File name without its folder.</summary>
    public required string Name { get; init; }

    public required string Text { get; init; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Reads a UTF-8 text file; a byte order mark is no part of the text.</summary>
    /// <exception cref="CorpusException">The file is missing, empty or no UTF-8; the message says at which byte.</exception>
    public static Corpus Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new CorpusException(Directory.Exists(path)
                ? $"{path} is a folder; give one text file."
                : $"There is no file {path}.");
        }

        var bytes = File.ReadAllBytes(path);
        var text = bytes.AsSpan();
        if (text.StartsWith(Encoding.UTF8.Preamble))
        {
            text = text[Encoding.UTF8.Preamble.Length..];
        }

        if (text.IsEmpty)
        {
            throw new CorpusException($"{path} is empty.");
        }

        return new Corpus
        {
            Name = Path.GetFileName(path),
            Text = Decode(path, text, bytes.Length - text.Length),
            Bytes = bytes.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        };
    }

    /// <summary>The first 1 − <paramref name="validationShare"/> of the characters to train on, the rest to validate on.</summary>
    public (string Training, string Validation) Split(double validationShare)
    {
        var cut = (int)(Text.Length * (1 - validationShare));
        if (cut > 0 && cut < Text.Length && char.IsLowSurrogate(Text[cut]))
        {
            cut--;
        }

        return (Text[..cut], Text[cut..]);
    }

    /// <summary>As much of its end: what <see cref="Split"/> validates on, or at 1 all of it.</summary>
    public string LastPart(double share) => share == 1 ? Text : Split(share).Validation;

    private static string Decode(string path, ReadOnlySpan<byte> bytes, int skipped)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            var line = bytes[..Math.Min(e.Index, bytes.Length)].Count((byte)'\n') + 1;
            throw new CorpusException(
                $"{path} is not UTF-8: byte {skipped + e.Index} (line {line}) starts no valid character. "
                + "Convert it first, for example with iconv -f LATIN1 -t UTF-8.", e);
        }
    }
}

/// <summary>A text cannot be trained on; the message says what is wrong and where.</summary>
public sealed class CorpusException(string message, Exception? inner = null) : Exception(message, inner);
