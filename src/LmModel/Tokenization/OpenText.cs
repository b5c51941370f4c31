namespace LmModel.Tokenization;

/// <summary>A text that is still being typed; see <see cref="Tokenizer.Open"/>.</summary>
/// <param name="Tokens">The tokens of its beginning.</param>
/// <param name="Open">The bytes after them, as the bytes of tokens spell them; a continuation begins with these.</param>
internal readonly record struct OpenText(int[] Tokens, byte[] Open)
{
    /// <summary>
    /// The longest part that stays open. A longer run without white space, such as an address, keeps the tokens that it
    /// has: the ways to cut it are too many to look at.
    /// </summary>
    public const int MostBytes = 32;

    /// <summary>Leaves open the last tokens of a text, as many as have at most <see cref="MostBytes"/>.</summary>
    public static OpenText Tail(Tokenizer tokenizer, int[] tokens)
    {
        var (kept, bytes) = (tokens.Length, 0);
        while (kept > 0 && bytes + tokenizer.TokenBytes(tokens[kept - 1]).Length is <= MostBytes and var more)
        {
            (kept, bytes) = (kept - 1, more);
        }

        var open = new List<byte>(bytes);
        foreach (var token in tokens.AsSpan(kept))
        {
            open.AddRange(tokenizer.TokenBytes(token));
        }

        return new(tokens[..kept], [.. open]);
    }
}
