namespace LmModel.Tokenization;

/// <summary>The conditions under which tokens and merges are a byte-level BPE.</summary>
internal static class BpeVocabulary
{
    /// <summary>The 256 tokens of one byte, in the letters of <see cref="ByteAlphabet"/>; id = byte.</summary>
    public static IEnumerable<string> SingleBytes =>
        Enumerable.Range(0, 256).Select(b => ByteAlphabet.Write([(byte)b]));

    /// <returns>The bytes of every token.</returns>
    /// <exception cref="ArgumentException">
    /// A token occurs twice or is empty, a byte has no token, a merge occurs twice or joins or makes something
    /// that is not a token, or no merge makes a token of several bytes.
    /// </exception>
    public static byte[][] Validate(string[] vocabulary, (string Left, string Right)[] merges)
    {
        var bytes = new byte[vocabulary.Length][];
        var ids = new Dictionary<string, int>(vocabulary.Length, StringComparer.Ordinal);
        for (var id = 0; id < vocabulary.Length; id++)
        {
            var token = vocabulary[id];
            if (token.Length == 0 || !ByteAlphabet.TryRead(token, out bytes[id]))
                throw new ArgumentException($"vocabulary: token {id}, '{token}', is not in the byte alphabet.");
            if (!ids.TryAdd(token, id))
                throw new ArgumentException($"vocabulary: '{token}' appears twice, as {ids[token]} and as {id}.");
        }

        if (SingleBytes.FirstOrDefault(b => !ids.ContainsKey(b)) is { } missing)
            throw new ArgumentException($"vocabulary: the byte '{missing}' has no token.");
        RequireMerges(vocabulary, merges, ids);
        return bytes;
    }

    private static void RequireMerges(
        string[] vocabulary, (string Left, string Right)[] merges, Dictionary<string, int> ids)
    {
        var seen = new HashSet<(string, string)>();
        var made = new HashSet<string>(StringComparer.Ordinal);
        for (var rank = 0; rank < merges.Length; rank++)
        {
            var (left, right) = merges[rank];
            foreach (var token in (string[])[left, right, left + right])
            {
                if (!ids.ContainsKey(token))
                    throw new ArgumentException($"merges[{rank}]: '{token}' is not in the vocabulary.");
            }

            if (!seen.Add((left, right)))
                throw new ArgumentException($"merges[{rank}]: '{left} {right}' appears twice.");
            made.Add(left + right);
        }

        var orphan = Array.FindIndex(vocabulary, token => token.Length > 1 && !made.Contains(token));
        if (orphan >= 0)
            throw new ArgumentException($"merges: none produces the token {orphan}, '{vocabulary[orphan]}'.");
    }
}
