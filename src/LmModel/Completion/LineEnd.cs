using System.Text;

namespace LmModel.Completion;

/// <summary>
/// The end of the line that the completion adds a character to: of the line that is being typed, or of the next one
/// that is not empty, if that line is finished.
/// </summary>
internal sealed class LineEnd : CompletionEnd
{
    public override int MostTokens => 64;

    /// <remarks>Narrow: a line has many tokens, and what differs in its middle hardly helps who types it.</remarks>
    public override int Width(int count) => Math.Max(4, count);

    /// <remarks>Every line could end at once, and as a whole the shortest are the most probable.</remarks>
    public override bool EndsWhereMostProbable => true;

    public override NextCharacter Kind(Rune character) =>
        IsBreak(character.Value) ? NextCharacter.Outside : NextCharacter.Inside;

    public override EndState Find(string insert)
    {
        var begin = 0;
        while (begin < insert.Length && IsBreak(insert[begin]))
        {
            begin++;
        }

        var end = insert.AsSpan(begin).IndexOfAny('\n', '\r');
        return end >= 0 ? new(begin + end, null, false)
            : begin < insert.Length ? new(null, insert.Length, false)
            : default;
    }

    private static bool IsBreak(int character) => character is '\n' or '\r';
}
