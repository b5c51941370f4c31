using System.Globalization;

namespace LmModel.Corpora;

/// <summary>A position in a file of a corpus.</summary>
/// <param name="Document">The document's name.</param>
/// <param name="Line">From 1.</param>
/// <param name="Byte">From 0.</param>
internal readonly record struct CorpusPlace(string Document, long Line, long Byte)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Document}, line {Line:N0}, byte {Byte:N0}");
}
