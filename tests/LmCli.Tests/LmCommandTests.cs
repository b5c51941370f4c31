using System.Diagnostics;
using LmModel.Checkpoints;
using LmModel.Tokenization;

namespace LmCli.Tests;

public sealed class LmCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LmCommandTests() => File.WriteAllText(
        Text, string.Concat(Enumerable.Range(0, 100).Select(i => $"Duck {i % 7} said to duck {i % 5}: quack, quack!\n")));

    private string Text => _folder["ducks.txt"];

    private string Model => _folder["ducks"];

    private string[] Train => ["train", Text, "--out", Model, "--hidden", "16", "--layers", "1", "--validate-every", "10"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_text_becomes_a_model_that_is_scored_and_speaks()
    {
        var (code, output, error) = await LmProcess.RunAsync([.. Train, "--steps", "20"]);
        Assert.True(code == 0, error);
        Assert.Contains("step 20/20  loss ", output);
        Assert.Contains("tokens/s", output);
        Assert.Contains("Steps: 20 of ", output);
        Assert.Equal(2, output.Split('\n').Count(l => l.Contains(": validation ")));
        Assert.Contains("\n  | ", output);
        Assert.Contains("warning: ducks.txt has only 3,700 characters", error);
        Assert.DoesNotContain("Warning: ", output);
        Assert.Contains("Done after 20 steps and ", output);
        Assert.All(["loss.svg", "loss.png", "training.csv", "training.jsonl"], file => Assert.True(File.Exists(Path.Combine(Model, file)), file));
        var card = ModelFolder.Open(Model).Card;
        Assert.Contains($"lm train ducks.txt --out {Model} --hidden 16", card);

        var evaluated = await LmProcess.RunAsync("evaluate", Model, Text, "--split", "validation");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        var lines = evaluated.Out.TrimEnd().Split('\n');
        Assert.All(lines[..2], line => Assert.Contains(line, output));
        Assert.StartsWith("leak check: ", lines[2]);
        Assert.Contains("warning: this is mostly training text", lines[^1]);

        var compared = await LmProcess.RunAsync(
            "evaluate", Model, Text, "--protocol", "cold", "--against", Model, "--training-text", _folder.Path);
        Assert.True(compared.Code == 0, compared.Error);
        Assert.Contains("the first less the second:\ncold windows of 256  0.0000 nats/token", compared.Out);
        Assert.Contains("(100.00 %) are in the training text word for word.", compared.Out);
        Assert.Contains("of ducks.txt: \"Duck 0 said to duck 0: quack", compared.Out);

        // The training measured it already, on the same text.
        var quantized = await LmProcess.RunAsync("quantize", Model, Text, "--split", "validation");
        Assert.True(quantized.Code == 0, quantized.Error);
        Assert.All(quantized.Out.TrimEnd().Split('\n')[..^1], line => Assert.Contains(line, output));
        Assert.Equal(card, ModelFolder.Open(Model).Card);

        string[] generate = ["generate", Model, "Duck", "--max-tokens", "30", "--seed", "7"];
        var first = await LmProcess.RunAsync(generate);
        var second = await LmProcess.RunAsync(generate);
        Assert.True(first.Code == 0, first.Error);
        Assert.Equal(first.Out, second.Out);
        Assert.Equal(31, first.Out.Length);
        var torch = await LmProcess.RunAsync([.. generate, "--engine", "torch"]);
        var decoded = await LmProcess.RunAsync([.. generate, "--precision", "fp32", "--threads", "2"]);
        Assert.Equal((torch.Code, torch.Out), (decoded.Code, decoded.Out));
        Assert.Contains("[length; 4 + 30 tokens;", first.Error);
        Assert.Contains("seed 7]", first.Error);
    }

    [Fact]
    public async Task A_model_of_the_most_frequent_words_is_trained_scored_and_speaks_in_words()
    {
        var (code, output, error) = await LmProcess.RunAsync([.. Train, "--steps", "10", "--tokenizer", "words", "--vocabulary", "9"]);
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
        Assert.Equal((1, "lm: --vocabulary must be at least 3 for words, not 2."), (words.Code, LastLine(words.Error)));

        var bpe = await LmProcess.RunAsync([.. Train, "--tokenizer", "bpe", "--vocabulary", "255"]);
        Assert.Equal((1, "lm: --vocabulary must be at least 256 for bpe, not 255."), (bpe.Code, LastLine(bpe.Error)));

        static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];
    }

    [Fact]
    public async Task A_validation_text_that_is_a_part_of_the_training_text_is_said_before_the_training()
    {
        File.WriteAllText(_folder["valid.txt"], File.ReadAllText(Text)[^800..]);

        var (code, output, error) = await LmProcess.RunAsync([.. Train, "--steps", "1", "--validation-text", _folder["valid.txt"]]);

        Assert.True(code == 0, error);
        var lines = output.Split('\n');
        var leaks = Array.FindIndex(lines, l => l.StartsWith("leak check: 751 of 751 windows of 50 characters (100.00 %)", StringComparison.Ordinal));
        Assert.InRange(leaks, 0, Array.FindIndex(lines, l => l.StartsWith("step 1", StringComparison.Ordinal)));
        Assert.Contains("warning: this is mostly training text", output);
    }

    [Fact]
    public async Task The_rules_of_a_tokenizer_are_kept_and_applied_wherever_the_model_reads()
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
            "tokens; unknown characters are read as U+003F; text is normalized to NFKC |", ModelFolder.Open(Model).Card);

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
    [InlineData("bpe", "drop", "lm: --unknown is for characters without a token, and a bpe tokenizer has tokens for every text.")]
    [InlineData("bytes", "error", "and a bytes tokenizer has tokens for every text. Leave it out, or give --tokenizer characters.")]
    [InlineData("words", "drop", "a words tokenizer reads a word that it lacks as <unk>. Leave it out.")]
    [InlineData("characters", "replace:€", "lm: --unknown replace:€ needs a character that the text has, and there is no U+20AC in it.")]
    public async Task A_rule_that_does_not_go_with_the_tokenizer_or_the_text_is_refused(string tokenizer, string rule, string expected)
    {
        var (code, _, error) = await LmProcess.RunAsync([.. Train, "--steps", "10", "--tokenizer", tokenizer, "--unknown", rule]);

        Assert.Equal(1, code);
        Assert.Contains(expected, error);
    }

    [Fact]
    public async Task What_n_grams_and_compressors_make_of_a_text_stands_side_by_side()
    {
        var (code, output, error) = await LmProcess.RunAsync("baseline", Text, "--order", "3", "--tokenizer", "bytes");

        Assert.True(code == 0, error);
        Assert.Contains("bytes, 256 in the vocabulary", output);
        Assert.Equal(3, output.Split('\n').Count(line => line.StartsWith("    ", StringComparison.Ordinal) && char.IsDigit(line[4])));
        Assert.Contains("3-gram: contiguous ", output);
        Assert.Contains("a higher --order may be better still", output);
        Assert.Contains("\nLZMA (xz -9e) ", output);
        Assert.Contains("\nPPMd, order 6 ", output);
        Assert.Contains("\nleak check: ", output);
    }

    [Fact]
    public async Task An_interrupt_saves_and_the_training_can_be_resumed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Sends SIGINT.");
        using (var process = LmProcess.Start([.. Train, "--steps", "1000000"]))
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("step ", StringComparison.Ordinal))
            {
            }

            using var kill = Process.Start("kill", ["-INT", process.Id.ToString()]);
            var (code, output, error) = await LmProcess.EndAsync(process);
            Assert.True(code == 130, error);
            Assert.Contains("Stopped and saved at step ", output);
        }

        var (resumedCode, _, refusal) = await LmProcess.RunAsync("train", Text, "--out", Model, "--resume", "--steps", "5");
        Assert.Equal((1, true), (resumedCode, refusal.Contains("leave out --steps")));

        using var resumed = LmProcess.Start("train", Text, "--out", Model, "--resume");
        string? began;
        do
        {
            began = await resumed.StandardOutput.ReadLineAsync();
        }
        while (began is not null && !began.StartsWith("resumed at step ", StringComparison.Ordinal));
        await LmProcess.KillAsync(resumed);
        Assert.NotNull(began);
    }

    [Fact]
    public async Task A_folder_is_trained_on_and_what_it_holds_out_is_scored_by_the_same_options()
    {
        var tales = Directory.CreateDirectory(_folder["tales"]).FullName;
        foreach (var name in (string[])["one", "two", "three"])
        {
            File.WriteAllText(Path.Combine(tales, $"{name}.txt"), $"{name} {File.ReadAllText(Text)}");
        }

        string[] held = ["--hold-out", "tw*"];
        var (code, output, error) = await LmProcess.RunAsync(
            ["train", tales, "--out", Model, "--hidden", "8", "--layers", "1", "--steps", "2", .. held]);
        Assert.True(code == 0, error);
        Assert.Contains("warning: 2 of 3 documents come again, 0 word for word and 2 nearly so: three.txt", error);
        Assert.Contains("1 of its 3 documents", output);
        var card = ModelFolder.Open(Model).Card;
        Assert.Contains("were held out for validation and never trained on: two.txt.", card);
        Assert.Contains("`lm evaluate models/ducks tales --split validation --hold-out 'tw*'` gives them again", card);
        Assert.Contains("`lm quantize models/ducks tales --split validation --hold-out 'tw*'`", card);

        var evaluated = await LmProcess.RunAsync(["evaluate", Model, tales, "--split", "validation", .. held]);
        Assert.True(evaluated.Code == 0, evaluated.Error);
        Assert.All(evaluated.Out.Split('\n')[..2], line => Assert.Contains(line, output));
        Assert.Contains("leak check: ", evaluated.Out);
        var quantized = await LmProcess.RunAsync(["quantize", Model, tales, "--split", "validation", .. held]);
        Assert.True(quantized.Code == 0, quantized.Error);
        Assert.Equal(card, ModelFolder.Open(Model).Card);

        var forgotten = await LmProcess.RunAsync(["evaluate", Model, tales, .. held]);
        Assert.Contains("--hold-out says what the validation split is; add --split validation.", forgotten.Error);
        var both = await LmProcess.RunAsync(["evaluate", Model, tales, "--split", "validation", "--validation", "0.2", .. held]);
        Assert.Contains("--validation and --hold-out each say what is held out; give one of them.", both.Error);
    }

    [Fact]
    public async Task A_time_is_planned_for_and_the_card_has_the_command_without_it()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "train", Text, "--out", Model, "--minutes", "0.01", "--layers", "1", "--tie-weights", "--sample-every", "0");

        Assert.True(code == 0, error);
        Assert.All(["Tokenizer: characters, because ", "Network: LSTM of 1 x ", " GFLOP/s", "Dropout: "], reason => Assert.Contains(reason, output));
        Assert.DoesNotContain("  | ", output);
        var card = ModelFolder.Open(Model).Card!;
        Assert.Matches(@"lm train ducks\.txt --out \S+ --layers 1 --tie-weights --tokenizer characters --cell lstm --hidden \d+ --embedding \d+ .* --steps \d+ ", card);
        Assert.DoesNotContain("--minutes", card);
        Assert.Contains("![Loss and learning rate over the epochs](loss.svg)", card);
    }

    [Fact]
    public async Task A_preset_is_a_recipe_that_options_change()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "train", Text, "--out", Model, "--preset", "tiny", "--steps", "3", "--hidden", "8");

        Assert.True(code == 0, error);
        Assert.Contains("LSTM 1 x 8, embedding 16,", output);
        Assert.Contains("--preset tiny --steps 3 --hidden 8", ModelFolder.Open(Model).Card);
    }

    [Fact]
    public async Task A_time_and_a_number_of_steps_are_not_both_taken()
    {
        var (code, _, error) = await LmProcess.RunAsync([.. Train, "--steps", "5", "--minutes", "1"]);

        Assert.Equal(1, code);
        Assert.EndsWith("lm: --minutes and --steps say the same: give one of them.\n", error);
        Assert.False(Directory.Exists(Model));
    }

    [Fact]
    public async Task A_model_is_not_overwritten_unasked()
    {
        Directory.CreateDirectory(Path.Combine(Model, "training"));

        var (code, _, error) = await LmProcess.RunAsync(Train);

        Assert.Equal(1, code);
        Assert.Contains("is not empty", error);
        Assert.Contains("--overwrite", error);
    }

    [Theory]
    [InlineData("train|none.txt", "lm: There is no file none.txt.")]
    [InlineData("generate|nowhere", "there is no such folder")]
    [InlineData("generate|x|--max-tokens|abc", "'abc'")]
    [InlineData("evaluate|x|y|--leak-window|abc", "'abc'")]
    [InlineData("bench|--rounds|abc", "'abc'")]
    [InlineData("baseline|x|--order|abc", "'abc'")]
    [InlineData("train|x|--cell|transformer", "'transformer' must be rnn_tanh, rnn_relu, gru or lstm.")]
    [InlineData("train|x|--tokenizer|syllables", "'syllables' must be characters, bytes, bpe or words.")]
    [InlineData("train|x|--preset|gpt", "'shakespeare'")]
    [InlineData("train|x|--unknown|replace:ab", "--unknown must be error, drop, or replace: and one character, such as replace:?, not 'replace:ab'.")]
    [InlineData("train|x|--unknown|replace:", "such as replace:?, not 'replace:'.")]
    [InlineData("train|x|--normalize|nfd", "'nfd' must be none, nfc or nfkc.")]
    [InlineData("train|x|--minutes|0", "--minutes must be from 0.01 to 100000, not 0.")]
    [InlineData("train|x|--minutes|soon", "soon")]
    [InlineData("train|x|--minutes|NaN", "--minutes must be a number such as 0.5, not 'NaN'.")]
    [InlineData("train|x|--weight-drop|1", "--weight-drop must be from 0 to 0.95, not 1.")]
    [InlineData("train|x|--reset|2", "--reset must be from 0 to 1, not 2.")]
    [InlineData("train|x|--schedule|linear", "'linear' must be cosine or one-cycle.")]
    [InlineData("train|x|--initialization|zero", "'zero' must be uniform, orthogonal or identity.")]
    [InlineData("train|x|--arithmetic|int8", "'int8' must be fp32 or bf16.")]
    [InlineData("train|x|--threads|many", "many")]
    [InlineData("train|x|--sample-every|-1", "--sample-every must be from 0 to 2147483647, not -1.")]
    [InlineData("generate|x|--top-p|0", "--top-p must be above 0 and at most 1, not 0.")]
    [InlineData("generate|x|--typical-p|2", "--typical-p must be above 0 and at most 1, not 2.")]
    [InlineData("generate|x|--mirostat|1", "--mirostat must be 0 or 2, not 1; version 1 is not offered.")]
    [InlineData("generate|x|--mirostat-tau|0", "--mirostat-tau must be above 0 and at most 32, not 0.")]
    [InlineData("generate|x|--engine|onnx", "'managed'")]
    [InlineData("generate|x|--precision|1", "'int8'")]
    [InlineData("evaluate|x|y|--threads|0", "--threads must be at least 1, not 0.")]
    [InlineData("evaluate|x|y|--leak-window|0", "--leak-window must be at least 1, not 0.")]
    [InlineData("baseline|none.txt", "lm: There is no file none.txt.")]
    [InlineData("baseline|x|--order|33", "--order must be 1 to 32, not 33.")]
    [InlineData("evaluate|x|y|--neural-cache-size|0", "--neural-cache-size must be from 1 to 100000, not 0.")]
    [InlineData("evaluate|x|y|--neural-cache-theta|-1", "--neural-cache-theta must be from 0 to 1000, not -1.")]
    [InlineData("generate|x|--neural-cache-lambda|1", "--neural-cache-lambda must be at least 0 and below 1, not 1.")]
    [InlineData("evaluate|x|y|--neural-cache-size|5", "go together; there is no --neural-cache-theta and no --neural-cache-lambda.")]
    [InlineData("evaluate|x|y|--neural-cache-search", "--neural-cache-search needs a --neural-cache-size.")]
    [InlineData("evaluate|x|y|--neural-cache-search|--neural-cache-size|5|--neural-cache-theta|1", "leave them out.")]
    [InlineData("quantize|x|y|--protocol|both", "'contiguous'")]
    [InlineData("quantize|x|y|--validation|2", "--validation must be above 0 and at most 1, not 2.")]
    [InlineData("quantize|nowhere|y", "there is no such folder")]
    [InlineData("generate|x|--temperature|-1", "--temperature must be at least 0, not -1.")]
    public async Task A_wrong_command_says_what_is_wrong_and_nothing_else(string command, string expected)
    {
        var (code, output, error) = await LmProcess.RunAsync(command.Split('|'));

        Assert.Equal(1, code);
        Assert.Contains(expected, error);
        Assert.DoesNotContain("   at ", output + error);
    }
}
