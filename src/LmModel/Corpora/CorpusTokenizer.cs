using System.Text;
using LmModel.Tokenization;

namespace LmModel.Corpora;

/// <summary>Creates the tokenizer of a corpus, which is the same for a training and for a baseline.</summary>
internal static class CorpusTokenizer
{
    /// <summary>
    /// Maximum number of characters that BPE learns its merges from. More text hardly changes the merges, but its words
    /// take up memory.
    /// </summary>
    public const long MostLearnedFrom = 1 << 26;

    /// <param name="kind">The <see cref="Tokenizer.Kind"/> of the tokenizer.</param>
    /// <param name="vocabulary">Size of a trained vocabulary.</param>
    /// <param name="split">
    /// Merges and words are learned from the training text only, so that the held-out text does not influence the input
    /// of the network. Characters come from the whole text, because one that occurs only in the held-out text could not
    /// be scored otherwise.
    /// </param>
    /// <param name="rules">How the tokenizer normalizes a text and treats characters without a token.</param>
    /// <param name="cancellation">Stops the learning.</param>
    /// <exception cref="ArgumentException">The rules do not fit the kind or the text.</exception>
    public static Tokenizer Make(
        string kind, int vocabulary, CorpusSplit split, TokenizerRules rules, CancellationToken cancellation = default)
    {
        RequireUnknownCharacters(kind, rules.Unknown);
        IEnumerable<string> Read(IEnumerable<string> pieces) => Tokenizer.Normalize(pieces, rules.Normalization);
        Tokenizer tokenizer = kind switch
        {
            "bytes" => new ByteTokenizer(),
            "bpe" => BpeTokenizer.Train(Read(split.Training.Sample(MostLearnedFrom)), vocabulary, cancellation),
            "words" => WordTokenizer.FromCorpus(Read(split.Training.Pieces()), vocabulary),
            _ => OfCharacters(CharacterTokenizer.FromCorpus(Read(split.All.Pieces())), rules.Unknown),
        };
        return tokenizer.With(rules.Normalization);
    }

    private static void RequireUnknownCharacters(string kind, UnknownCharacters? unknown)
    {
        if (unknown is not null && kind != "characters")
        {
            throw new ArgumentException(kind == "words"
                ? "Only a characters tokenizer has a rule for unknown characters; a words tokenizer reads a word "
                  + $"that it does not know as {WordTokenizer.UnknownWord}."
                : $"Only a characters tokenizer has a rule for unknown characters; a {kind} tokenizer has tokens for "
                  + "every text.");
        }
    }

    private static CharacterTokenizer OfCharacters(CharacterTokenizer tokenizer, UnknownCharacters? unknown)
    {
        if (unknown is not { } rule)
        {
            return tokenizer;
        }

        return rule.Replacement is not { } replacement || tokenizer.Vocabulary.Contains(replacement)
            ? new CharacterTokenizer(tokenizer.Vocabulary, rule.Rule, rule.Replacement)
            : throw new ArgumentException(
                $"Unknown characters can only be replaced by a character of the text, and {replacement} "
                + $"(U+{replacement.Value:X4}) is not in it.");
    }
}

/// <summary>How a tokenizer normalizes a text and treats characters without a token.</summary>
/// <param name="Unknown">Null for the default of the tokenizer's kind.</param>
/// <param name="Normalization">The Unicode normalization form that is applied to the text.</param>
public sealed record TokenizerRules(
    UnknownCharacters? Unknown = null, TextNormalization Normalization = TextNormalization.None);

/// <summary>What a tokenizer does with a character that is not in its vocabulary.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Replacement">The character that is read instead; null unless the rule is to replace.</param>
public sealed record UnknownCharacters(UnknownCharacterRule Rule, Rune? Replacement)
{
    /// <summary>Parses <c>error</c>, <c>drop</c>, or <c>replace:</c> and one character.</summary>
    /// <returns>Null if the text is not a rule.</returns>
    public static UnknownCharacters? Parse(string text) => text switch
    {
        "error" => new(UnknownCharacterRule.Error, null),
        "drop" => new(UnknownCharacterRule.Drop, null),
        _ when text.StartsWith("replace:", StringComparison.Ordinal)
            && text["replace:".Length..].EnumerateRunes().ToList() is [var replacement]
            => new(UnknownCharacterRule.Replace, replacement),
        _ => null,
    };
}
