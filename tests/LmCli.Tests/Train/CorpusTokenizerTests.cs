using LmModel.Checkpoints;
using LmModel.Tokenization;

namespace LmCli.Tests.Train;

public sealed class CorpusTokenizerTests : DuckTextTests
{
    [Fact]
    public async Task A_word_model_can_be_trained_scored_and_generates_words()
    {
        var (code, output, error) = await LmProcess.RunAsync([
            .. Train,
            "--steps",
            "10",
            "--tokenizer",
            "words",
            "--vocabulary",
            "9",
        ]);
        Assert.True(code == 0, error);
        Assert.Contains("9 tokens in the vocabulary", output);

        var evaluated = await LmProcess.RunAsync("evaluate", Model, Text, "--split", "validation");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        var lines = evaluated.Out.TrimEnd().Split('\n');
        Assert.All(lines[..2], line => Assert.Contains(line, output));
        Assert.Matches("^[1-9][0-9]* of [0-9]+ tokens are <unk>: ", lines[2]);

        var spoken = await LmProcess.RunAsync("generate", Model, "Duck 3 said", "--max-tokens", "20");
        Assert.True(spoken.Code == 0, spoken.Error);
        Assert.Contains("[length; 3 + 20 tokens;", spoken.Error);
        Assert.StartsWith(" ", spoken.Out);
    }

    [Fact]
    public async Task A_vocabulary_too_small_for_its_tokenizer_is_refused()
    {
        var words = await LmProcess.RunAsync([.. Train, "--tokenizer", "words", "--vocabulary", "2"]);
        Assert.Equal((1, "lm: The vocabulary must be at least 3 "
            + "for words, not 2."), (words.Code, LastLine(words.Error)));

        var bpe = await LmProcess.RunAsync([.. Train, "--tokenizer", "bpe", "--vocabulary", "255"]);
        Assert.Equal((1, "lm: The vocabulary must be at least 256 for bpe, not 255."), (bpe.Code, LastLine(bpe.Error)));

        static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];
    }

    [Fact]
    public async Task The_rules_of_a_tokenizer_are_saved_and_applied_by_all_commands()
    {
        File.AppendAllText(Text, "Cafe\u0301 \ufb01n?\n");
        var (code, output, error) = await LmProcess.RunAsync(
            [.. Train, "--steps", "10", "--tokenizer", "characters", "--unknown", "replace:?", "--normalize", "nfkc"]);
        Assert.True(code == 0, error);
        var tokenizer = Assert.IsType<CharacterTokenizer>(ModelFolder.Open(Model).Tokenizer);
        Assert.Equal(
            (UnknownCharacterRule.Replace, "?", TextNormalization.Nfkc),
            (tokenizer.UnknownRule, tokenizer.Replacement.ToString(), tokenizer.Normalization));
        Assert.Contains("é", string.Concat(tokenizer.Vocabulary));
        Assert.DoesNotContain("\u0301", string.Concat(tokenizer.Vocabulary));
        Assert.Contains(
            "tokens; unknown characters are read as U+003F; text is normalized to NFKC |",
            ModelFolder.Open(Model).Card);

        var evaluated = await LmProcess.RunAsync("evaluate", Model, Text, "--split", "validation");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        Assert.All(evaluated.Out.Split('\n')[..2], line => Assert.Contains(line, output));

        async Task<string> Says(string prompt) =>
            (await LmProcess.RunAsync("generate", Model, prompt, "--max-tokens", "20", "--seed", "7", "--echo")).Out;
        var said = await Says("Café fin ?");
        Assert.StartsWith("Café fin ?", said);
        Assert.Equal(said, await Says("Cafe\u0301 \ufb01n 語"));
    }

    [Theory]
    [InlineData(
        "bpe",
        "drop",
        "lm: Only a characters tokenizer has a rule for unknown characters; a bpe tokenizer has tokens for every text."
    )]
    [InlineData(
        "bytes",
        "error",
        "a bytes tokenizer has tokens for every text."
    )]
    [InlineData("words", "drop", "a words tokenizer reads a word that it does not know as <unk>.")]
    [InlineData(
        "characters",
        "replace:€",
        "lm: Unknown characters can only be replaced by a character of the text, and € (U+20AC) is not in it."
    )]
    public async Task A_rule_that_does_not_suit_the_tokenizer_or_the_text_is_refused(
        string tokenizer,
        string rule,
        string expected)
    {
        var (code, _, error) = await LmProcess.RunAsync([
            .. Train,
            "--steps",
            "10",
            "--tokenizer",
            tokenizer,
            "--unknown",
            rule,
        ]);

        Assert.Equal(1, code);
        Assert.Contains(expected, error);
    }
}
