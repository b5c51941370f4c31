using System.Text;

namespace LmModel.Corpora;

/// <summary>What a plan needs to know of a text.</summary>
/// <param name="Bytes">UTF-8 bytes.</param>
/// <param name="Characters">Unicode characters.</param>
/// <param name="DistinctCharacters">Different ones among them.</param>
internal sealed record CorpusFacts(long Bytes, long Characters, int DistinctCharacters)
{
    /// <summary>Counts once through the text.</summary>
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
