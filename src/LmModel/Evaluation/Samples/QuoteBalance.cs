namespace LmModel.Evaluation.Samples;

/// <summary>
/// Double quotation marks that do not fit: one that opens what is open already, or closes what is not open; of all
/// double quotation marks. The prompt decides whether one is open where the text begins.
/// </summary>
/// <remarks>
/// “ and ” say what they are, as « and » do. A straight one opens after white space or an opening bracket, or before a
/// letter after a dash, and closes elsewhere; between two spaces it is whatever fits. A speech of several paragraphs,
/// each of which opens it again, counts as unbalanced, in books as in samples.
/// </remarks>
internal static class QuoteBalance
{
    public const string Name = "unbalanced quotes";

    public static ISampleMeasure Measure { get; } = new TextMeasure(Name, "P1", text => Count(text.Prompt, text.Text));

    /// <summary>Counts in a text, after another one.</summary>
    public static Share Count(string before, string text)
    {
        var (isOpen, unbalanced, marks) = (false, 0, 0);
        var whole = before + text;
        for (var i = 0; i < whole.Length; i++)
        {
            if (Opens(whole, i, isOpen) is not { } opens)
            {
                continue;
            }

            if (i >= before.Length)
            {
                marks++;
                unbalanced += opens == isOpen ? 1 : 0;
            }

            isOpen = opens;
        }

        return new(unbalanced, marks);
    }

    /// <summary>Whether a character opens a quotation, or closes one; null if it does neither.</summary>
    private static bool? Opens(string text, int i, bool isOpen)
    {
        switch (text[i])
        {
            case '“' or '«' or '„':
                return true;
            case '”' or '»':
                return false;
            case not '"':
                return null;
        }

        var before = i == 0 ? ' ' : text[i - 1];
        var after = i + 1 == text.Length ? ' ' : text[i + 1];
        return char.IsWhiteSpace(before) ? !char.IsWhiteSpace(after) || !isOpen
            : before is '(' or '[' or '\'' or '‘' || (before is '-' or '—' or '–' && char.IsLetter(after));
    }
}
