namespace LmModel.Training;

/// <summary>What bytes that are not the UTF-8 of a text probably are, and what to do about it.</summary>
internal static class EncodingGuess
{
    /// <param name="block">The bytes around the place; all before it is UTF-8.</param>
    /// <param name="invalid">Index in <paramref name="block"/> of the first byte that is none; its length where there is none.</param>
    /// <param name="atStart">The block is the beginning of the file.</param>
    /// <param name="path">The file, for the command.</param>
    public static string Advice(ReadOnlySpan<byte> block, int invalid, bool atStart, string path)
    {
        var name = Utf16(block, atStart);
        if (name is null && IsBinary(block))
        {
            return "It looks binary; give the text that is in it as a UTF-8 file.";
        }

        // Windows-1252 has signs, such as curly quotation marks, where Latin-1 has control characters.
        name ??= block[invalid..].ContainsAnyInRange((byte)0x80, (byte)0x9F) ? "WINDOWS-1252" : "ISO-8859-1";
        return $"It looks like {name}; convert it first: iconv -f {name} -t UTF-8 '{path}' > converted.txt";
    }

    private static string? Utf16(ReadOnlySpan<byte> block, bool atStart)
    {
        if (atStart && block.Length >= 2 && block[0] + block[1] == 0xFF + 0xFE && block[0] >= 0xFE)
        {
            return "UTF-16";
        }

        // Of most scripts' texts, at least the spaces and line ends have a zero as their other byte.
        var (even, odd) = (0, 0);
        for (var i = 0; i + 1 < block.Length; i += 2)
        {
            even += block[i] == 0 ? 1 : 0;
            odd += block[i + 1] == 0 ? 1 : 0;
        }

        var least = Math.Max(2, block.Length / 20);
        return odd >= least && even <= odd / 10 ? "UTF-16LE" : even >= least && odd <= even / 10 ? "UTF-16BE" : null;
    }

    /// <summary>A zero, or more than one in 20 bytes a control character other than white space.</summary>
    private static bool IsBinary(ReadOnlySpan<byte> block)
    {
        var controls = 0;
        foreach (var value in block)
        {
            controls += value < ' ' && value is not (>= (byte)'\t' and <= (byte)'\r') ? 1 : 0;
        }

        return block.Contains((byte)0) || controls * 20 > block.Length;
    }
}
