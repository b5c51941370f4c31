namespace LmCli.Score;

/// <summary>A file that somebody else writes to, and may truncate, rename or delete.</summary>
internal sealed class FollowedFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly string? _opened;

    private FollowedFile(string path, FileStream stream)
    {
        (_path, _stream) = (path, stream);
        _opened = Identity();
    }

    /// <returns>Null if there is no such file.</returns>
    public static FollowedFile? TryOpen(string path)
    {
        try
        {
            // It may be renamed and deleted while it is open.
            return new(path, new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void SkipToEnd() => _stream.Seek(0, SeekOrigin.End);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        _stream.ReadAsync(buffer, cancellation);

    /// <summary>Goes back to the beginning if the file is shorter than what has been read of it.</summary>
    public bool RestartIfTruncated()
    {
        if (_stream.Length >= _stream.Position)
        {
            return false;
        }

        _stream.Seek(0, SeekOrigin.Begin);
        return true;
    }

    /// <summary>Whether the path names another file now, or none.</summary>
    public bool IsReplaced() => !File.Exists(_path) || Identity() != _opened;

    public void Dispose() => _stream.Dispose();

    /// <summary>
    /// What tells this file from another one of the same path. Linux keeps the path of an open file up to date, and
    /// marks it when the file is deleted; elsewhere the times of creation are compared.
    /// </summary>
    private string? Identity()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var descriptor = $"/proc/self/fd/{_stream.SafeFileHandle.DangerousGetHandle()}";
                var named = File.ResolveLinkTarget(_path, returnFinalTarget: true)?.FullName;
                return $"{named} {new FileInfo(descriptor).LinkTarget}";
            }

            return File.GetCreationTimeUtc(_path) == File.GetCreationTimeUtc(_stream.SafeFileHandle) ? "same" : "other";
        }
        catch (IOException)
        {
            return null;
        }
    }
}
