using System.Collections.Concurrent;

namespace LmModel.Tokenization;

/// <summary>Remembers the tokens of words, for a text whose last word is encoded again whenever it grows.</summary>
/// <remarks>Safe for use by several threads at once. Forgets everything when it is full.</remarks>
/// <param name="tokenizer">Encodes what is new.</param>
internal sealed class WordMemory(Tokenizer tokenizer)
{
    /// <summary>Words; a few megabytes at most.</summary>
    private const int MostWords = 1 << 14;

    /// <summary>UTF-16 units of the longest word that is remembered.</summary>
    private const int LongestWord = 64;

    private readonly ConcurrentDictionary<string, int[]> _tokens = new();
    private int _count;

    /// <summary>The tokens of <see cref="Tokenizer.Encode(string)"/>; not to be changed.</summary>
    /// <exception cref="UnknownCharacterException">As there.</exception>
    public int[] Encode(string word)
    {
        if (_tokens.TryGetValue(word, out var tokens))
            return tokens;
        tokens = tokenizer.Encode(word);
        if (word.Length > LongestWord)
            return tokens;
        if (Interlocked.Increment(ref _count) > MostWords)
        {
            _tokens.Clear();
            Interlocked.Exchange(ref _count, 1);
        }

        _tokens[word] = tokens;
        return tokens;
    }
}
