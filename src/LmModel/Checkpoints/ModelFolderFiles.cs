namespace LmModel.Checkpoints;

/// <summary>Opens the files of a model folder, none larger than it can honestly be.</summary>
internal static class ModelFolderFiles
{
    /// <summary>Bytes of a <c>config.json</c> or <c>README.md</c>; real ones have a few thousand.</summary>
    public const int MaxSmallLength = 1 << 20;

    public static void CheckPresent(string folder, string name)
    {
        if (!File.Exists(Path.Combine(folder, name)))
        {
            throw new FileNotFoundException("missing");
        }
    }

    public static FileStream OpenRead(string folder, string name)
    {
        CheckPresent(folder, name);
        return new FileStream(Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    /// <summary>The bytes of a text file, without the byte order mark that some editors put first.</summary>
    public static byte[] ReadSmall(string folder, string name)
    {
        using var stream = OpenRead(folder, name);
        if (stream.Length > MaxSmallLength)
        {
            throw new InvalidDataException($"has {stream.Length} bytes; at most {MaxSmallLength} are read");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes;
    }
}
