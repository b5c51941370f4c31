using LmModel.Files;

namespace LmModel.Tokenization;

/// <summary>Reads and writes <c>tokenizer.json</c>; <c>docs/tokenizers.md</c> describes it.</summary>
internal static class TokenizerFile
{
    /// <summary>A longer file is refused unread.</summary>
    public const long MaxBytes = 64L << 20;

    internal const string Format = "lmservice-tokenizer";

    internal const int Version = 1;

    /// <exception cref="InvalidDataException">The file is not a tokenizer; the message says where and why.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static Tokenizer Load(string path)
    {
        try
        {
            return TokenizerReader.Read(FolderFile.Read(path, MaxBytes));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(Printable.Line($"{path}: {e.Message}"), e);
        }
        catch (FileNotFoundException e)
        {
            throw new FileNotFoundException(Printable.Line($"{path}: {e.Message}"), path, e);
        }
    }

    /// <summary>
    /// Writes the file and replaces an older one. The same tokenizer always gives the same bytes.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The tokenizer is of a kind that has no file format, or its file would be too long to be read again.
    /// </exception>
    public static void Save(Tokenizer tokenizer, string path) => Save(tokenizer, path, MaxBytes);

    /// <param name="tokenizer">The tokenizer to write.</param>
    /// <param name="path">To where.</param>
    /// <param name="maxBytes">A longer file is not written.</param>
    internal static void Save(Tokenizer tokenizer, string path, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var bytes = TokenizerWriter.Write(tokenizer);
        if (bytes.Length > maxBytes)
        {
            throw new ArgumentException(
                $"{path}: the {tokenizer.VocabularySize} tokens take {bytes.Length} bytes; at most {maxBytes} are "
                    + "read. Use a smaller vocabulary, and look for very long words in the text.");
        }

        File.WriteAllBytes(path, bytes);
    }
}
