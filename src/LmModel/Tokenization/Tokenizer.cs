using System.Text;

namespace LmModel.Tokenization;

/// <summary>Maps text to token ids and back. Every token stands for a fixed sequence of UTF-8 bytes.</summary>
/// <remarks>Immutable and safe for use by several threads at once.</remarks>
public abstract class Tokenizer
{
    /// <summary>The name used in <c>tokenizer.json</c>: <c>characters</c>, <c>bytes</c> or <c>bpe</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Number of tokens, V. Ids are 0 … V−1.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Splits <paramref name="text"/> into token ids.</summary>
    /// <exception cref="UnknownCharacterException">A character is not in the vocabulary and no rule maps it.</exception>
    public abstract int[] Encode(string text);

    /// <summary>The UTF-8 bytes that token <paramref name="id"/> stands for; may end inside a character.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public abstract ReadOnlySpan<byte> TokenBytes(int id);

    /// <summary>The text of <paramref name="ids"/>; bytes that are no valid UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is no token.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new List<byte>(ids.Length);
        foreach (var id in ids)
        {
            bytes.AddRange(TokenBytes(id));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private protected int CheckedId(int id) =>
        (uint)id < (uint)VocabularySize
            ? id
            : throw new ArgumentOutOfRangeException(nameof(id), id, $"Token ids are 0 to {VocabularySize - 1}.");
}
