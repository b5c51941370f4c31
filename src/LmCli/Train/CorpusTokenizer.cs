using System.Text;
using LmModel.Corpora;
using LmModel.Tokenization;

namespace LmCli.Train;

/// <summary>Makes the tokenizer of a corpus, the same for whoever reads it.</summary>
internal static class CorpusTokenizer
{
    /// <summary>Characters that a BPE's merges are learned from at most: more hardly change them, but their words fill memory.</summary>
    public const long MostLearnedFrom = 1 << 26;

    /// <param name="kind">A tokenizer's <see cref="Tokenizer.Kind"/>.</param>
    /// <param name="vocabulary">Tokens of a trained vocabulary.</param>
    /// <param name="split">
    /// Merges and words are those of what is trained on alone: no other text must have shaped what the network reads. Characters
    /// are those of all: one that only the held-out text has could not be scored.
    /// </param>
    /// <param name="rules">What it does with a text before and where it has no token.</param>
    /// <param name="cancellation">Ends the learning.</param>
    /// <exception cref="ArgumentException">The rules do not go with the kind or the text.</exception>
    public static Tokenizer Make(
        string kind, int vocabulary, CorpusSplit split, TokenizerRules rules, CancellationToken cancellation)
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
                ? $"--unknown is for characters; a words tokenizer reads a word that it lacks as {WordTokenizer.UnknownWord}. Leave it out."
                : $"--unknown is for characters without a token, and a {kind} tokenizer has tokens for every text. "
                  + "Leave it out, or give --tokenizer characters.");
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
                $"--unknown replace:{replacement} needs a character that the text has, and there is no U+{replacement.Value:X4} in it.");
    }
}

/// <summary>What a tokenizer does with a text before it splits it, and where it has no token.</summary>
/// <param name="Unknown">Null for what the kind does by itself.</param>
/// <param name="Normalization">The Unicode normalization form that the text is brought into.</param>
internal sealed record TokenizerRules(UnknownCharacters? Unknown, TextNormalization Normalization);

/// <summary>What a tokenizer does with a character that its vocabulary lacks.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Replacement">What it is read as; null unless the rule is to replace it.</param>
internal sealed record UnknownCharacters(UnknownCharacterRule Rule, Rune? Replacement)
{
    /// <returns>Null if the text is not a rule.</returns>
    public static UnknownCharacters? Parse(string text) => text switch
    {
        "error" => new(UnknownCharacterRule.Error, null),
        "drop" => new(UnknownCharacterRule.Drop, null),
        _ when text.StartsWith("replace:", StringComparison.Ordinal)
            && text["replace:".Length..].EnumerateRunes().ToList() is [var replacement] => new(UnknownCharacterRule.Replace, replacement),
        _ => null,
    };
}
