namespace LmModel.Files;

/// <summary>
/// Opens the files of a model folder, which may contain anything: opening never blocks, and sizes are limited.
/// </summary>
internal static class FolderFile
{
    /// <summary>The message about a file without contents.</summary>
    public const string Empty = "is empty, or is not a regular file but a pipe, a socket or a device";

    /// <summary>Whether something with this name exists, file or not.</summary>
    public static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>Opens a regular file for reading. It may be a symbolic link to one.</summary>
    /// <exception cref="IOException">It is missing or cannot be opened; messages do not repeat the path.</exception>
    /// <exception cref="InvalidDataException">It is empty, or not a regular file.</exception>
    public static FileStream Open(string path) => Length(path) > 0
        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)
        : throw new InvalidDataException(Empty);

    /// <summary>The bytes of a text file without the UTF-8 byte order mark that some editors put first.</summary>
    /// <param name="path">The file; one that <see cref="Empty"/> describes has none.</param>
    /// <param name="maxBytes">A longer file is refused unread.</param>
    /// <exception cref="IOException">It is missing or cannot be read; messages do not repeat the path.</exception>
    /// <exception cref="InvalidDataException">It is a folder, or too long.</exception>
    public static byte[] Read(string path, long maxBytes)
    {
        var length = Length(path);
        if (length == 0)
        {
            return [];
        }

        if (length > maxBytes)
        {
            throw new InvalidDataException($"has {length} bytes; at most {maxBytes} are read");
        }

        using var stream = Open(path);
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes;
    }

    /// <remarks>
    /// Determined without opening the file, because opening a pipe blocks until there is a writer; pipes, sockets and
    /// devices have no size.
    /// </remarks>
    private static long Length(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InvalidDataException("is a folder, not a file");
        }

        if (!Exists(path))
        {
            throw new FileNotFoundException("missing");
        }

        var target = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        if (!target.Exists)
        {
            throw new FileNotFoundException($"is a symbolic link to {target.FullName}, which is missing");
        }

        return target.Length;
    }
}
