using System.Text;
using System.Text.Unicode;
using LmModel.Files;

namespace LmCli.Generate;

/// <summary>The prompt of a command: an argument, a file or standard input.</summary>
internal static class PromptText
{
    private const string StandardInput = "-";

    /// <param name="argument">The prompt itself; null if it was not given.</param>
    /// <param name="file">A file's name, or <c>-</c> for standard input; null if it was not given.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="ArgumentException">Both are given.</exception>
    /// <exception cref="InvalidDataException">The file is not UTF-8.</exception>
    public static async Task<string> ReadAsync(string? argument, string? file, CancellationToken cancellation)
    {
        if (file is null)
        {
            return argument ?? "";
        }

        if (argument is not null)
        {
            throw new ArgumentException("Both a prompt and --prompt-file are given; give one of them.");
        }

        await using var stream = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellation);
        return Decode(bytes.ToArray(), file == StandardInput ? "Standard input" : ShellWord.Quote(file));
    }

    /// <summary>The text without a byte order mark.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes, string name)
    {
        var mark = bytes.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var text = new char[bytes.Length];
        Utf8.ToUtf16(bytes[mark..], text, out var read, out var written, replaceInvalidSequences: false);
        return mark + read == bytes.Length
            ? new string(text, 0, written)
            : throw new InvalidDataException(
                $"{name} is not UTF-8: byte {mark + read}, 0x{bytes[mark + read]:X2}, does not begin a "
                    + "valid character.");
    }
}
