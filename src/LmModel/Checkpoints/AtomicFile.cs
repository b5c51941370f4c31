namespace LmModel.Checkpoints;

/// <summary>
/// Writes a file so that a reader, or the machine after a power cut, finds the old content or the new one, never a
/// part: temporary file in the same folder (a rename across file systems is a copy), flushed to the disk, renamed over.
/// </summary>
internal static class AtomicFile
{
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="write">Writes the content. When it throws, the old file stays and nothing else is left
    /// behind.</param>
    public static void Write(string path, Action<Stream> write) => Replace(path, temporary =>
    {
        using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        write(stream);
    });

    /// <summary>As <see cref="Write"/>, for content written by something that wants a path.</summary>
    public static void Replace(string path, Action<string> write)
    {
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(
            Path.GetDirectoryName(full) ?? throw new ArgumentException($"{path} names no file.", nameof(path)),
            $".{Path.GetFileName(full)}.{Guid.NewGuid():n}.tmp");
        try
        {
            write(temporary);
            using (var stream = new FileStream(temporary, FileMode.Open, FileAccess.Write, FileShare.None))
            {
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
