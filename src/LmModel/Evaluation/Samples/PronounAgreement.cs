namespace LmModel.Evaluation.Samples;

/// <summary>
/// English pronouns that agree with the last person named: of he, him, his, himself, she, her, hers and herself that
/// come after a word such as king or queen, in the prompt or in the text, the share whose sex is that of the last such
/// word.
/// </summary>
/// <remarks>
/// Good prose does not reach 100 %, because the last person named is not always the one that is meant; what counts is
/// the distance to held-out text. Names are not used, because no list of them has those of a story.
/// </remarks>
internal static class PronounAgreement
{
    public const string Name = "pronouns that agree";

    private static readonly HashSet<string> Men = Set(
        "man king prince boy father brother son husband uncle nephew grandfather lord sir mr gentleman lad youth "
        + "fellow emperor sultan wizard knight bridegroom stepfather monk priest hunter fisherman woodcutter miller "
        + "merchant soldier tailor shoemaker");

    private static readonly HashSet<string> Women = Set(
        "woman queen princess girl mother sister daughter wife aunt niece grandmother lady madam mrs miss maid maiden "
        + "empress sultana witch bride stepmother nun widow damsel lass sorceress");

    private static readonly HashSet<string> He = Set("he him his himself");
    private static readonly HashSet<string> She = Set("she her hers herself");

    public static ISampleMeasure Measure { get; } = new TextMeasure(Name, "P1", Count);

    public static Share Count(SampleText text)
    {
        bool? isWoman = null;
        foreach (var word in Words.Of(text.Prompt))
        {
            isWoman = Named(Person(word)) ?? isWoman;
        }

        var (agree, all) = (0, 0);
        foreach (var word in Words.Of(text))
        {
            var key = Person(word);
            isWoman = Named(key) ?? isWoman;
            if (isWoman is { } woman && (He.Contains(key) || She.Contains(key)))
            {
                all++;
                agree += She.Contains(key) == woman ? 1 : 0;
            }
        }

        return new(agree, all);
    }

    private static bool? Named(string word) => Men.Contains(word) ? false : Women.Contains(word) ? true : null;

    /// <summary>The king's crown names the king, too.</summary>
    private static string Person(string word)
    {
        var key = Words.Key(word);
        return key.EndsWith("'s", StringComparison.Ordinal) ? key[..^2] : key;
    }

    private static HashSet<string> Set(string words) => [.. words.Split(' ')];
}
