using System.Text;

namespace LmModel.Corpora;

/// <summary>The properties of a text that a plan depends on.</summary>
/// <param name="Bytes">Number of UTF-8 bytes.</param>
/// <param name="Characters">Number of Unicode characters.</param>
/// <param name="DistinctCharacters">Number of distinct characters.</param>
internal sealed record CorpusFacts(long Bytes, long Characters, int DistinctCharacters)
{
    /// <summary>Counts in one pass over the text.</summary>
    /// <param name="pieces">The text, cut between characters.</param>
    public static CorpusFacts Of(IEnumerable<string> pieces)
    {
        var distinct = new HashSet<Rune>();
        var (bytes, characters) = (0L, 0L);
        foreach (var rune in pieces.SelectMany(piece => piece.EnumerateRunes()))
        {
            distinct.Add(rune);
            bytes += rune.Utf8SequenceLength;
            characters++;
        }

        return new CorpusFacts(bytes, characters, distinct.Count);
    }
}
