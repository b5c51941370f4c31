using System.CommandLine;
using System.Text;
using LmCli.Options;

namespace LmCli.Tests.Options;

/// <summary>A text is a text, whatever it begins with.</summary>
public sealed class CommandWordsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RootCommand _root = [];
    private readonly Argument<string> _first = new("first");
    private readonly Argument<string?> _second = new("second") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _stop = new("--stop", "-s");
    private readonly Option<bool> _echo = new("--echo");

    public CommandWordsTests() => _root.Subcommands.Add(new Command("say") { _first, _second, _stop, _echo });

    public static TheoryData<string> Texts =>
    [
            "@neighbour hello",
            "@",
            "@@",
            "-nice day",
            "--nice day",
            "-",
            "--",
            "--echo",
            "-s",
            "--stop=x",
            "-5",
            "--stop",
            "a=b",
            "a:b",
            "/h",
            "/?",
            "[suggest]",
            "it's",
            "\"",
            "$HOME",
            "%PATH%",
            "a\nb",
            " ",
            "\t-s",
            "\ud83e\udd86",
            "=",
            ":",
            "-s:x",
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_command_of_a_command_has_options_of_its_own()
    {
        var name = new Option<string>("--name");
        _root.Subcommands.Add(new Command("list") { new Command("add") { name } });

        Assert.Equal("-x y", CommandWords.Parse(_root, ["list", "add", "--name", "-x y"]).GetValue(name));
        var error = Assert.Throws<ArgumentException>(() => CommandWords.Parse(_root, ["list", "add", "--nme", "x"]));
        Assert.StartsWith("lm list add has no option '--nme'.", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => CommandWords.Parse(_root, ["list", "add", "x"]));
        Assert.EndsWith("lm list add --help lists them all.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Any_text_can_be_the_value_of_an_option(string text)
    {
        var joined = CommandWords.Parse(_root, ["say", "x", "--stop", text, "-s", text, "--echo"]);
        var equated = CommandWords.Parse(_root, ["say", "x", $"--stop={text}"]);

        Assert.Equal([text, text], joined.GetValue(_stop)!);
        Assert.True(joined.GetValue(_echo));
        Assert.Equal([text], equated.GetValue(_stop)!);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Any_text_can_be_an_argument_after_two_dashes(string text)
    {
        var result = CommandWords.Parse(_root, ["say", "x", "--stop", "y", "--", text]);

        Assert.Equal(text, result.GetValue(_second));
        Assert.Equal(["y"], result.GetValue(_stop)!);
    }

    [Theory]
    [InlineData("@neighbour hello")]
    [InlineData("-nice day")]
    [InlineData("--verily I say")]
    [InlineData("-")]
    [InlineData("-5")]
    [InlineData("@file.txt")]
    public void A_text_that_cannot_be_an_option_needs_no_double_dash(string text) =>
        Assert.Equal(text, CommandWords.Parse(_root, ["say", "x", text]).GetValue(_second));

    [Theory]
    [InlineData("--ehco")]
    [InlineData("--ehco=1")]
    [InlineData("-nice")]
    [InlineData("-s5")]
    public void Unknown_options_are_refused_instead_of_being_treated_as_texts(string word)
    {
        var message = Assert.Throws<ArgumentException>(() => CommandWords.Parse(_root, ["say", "x", word])).Message;

        Assert.Equal(
            $"lm say has no option '{word}'. Before a text or a file name that begins like this, write --.",
            message);
    }

    [Fact]
    public void Invalid_command_lines_are_reported_in_one_line()
    {
        foreach (
            string[] words in (string[][])
                [
                    [],
                    ["shout"],
                    ["say"],
                    ["say", "x", "y", "z"],
                    ["say", "x", "--stop"],
                    ["say", "a\nb", "y", "z\nz"],
                ]
        )
        {
            var message = Assert.Throws<ArgumentException>(() => CommandWords.Parse(_root, words)).Message;
            Assert.DoesNotContain('\n', message);
            Assert.EndsWith(" --help lists them all.", message);
        }
    }

    [Fact]
    public async Task A_prompt_is_read_verbatim_from_a_file_or_standard_input()
    {
        string[] generate =
        [
            "generate",
            Path.Combine(Repository.Root, "models", "tiny"),
            "--seed",
            "3",
            "-n",
            "20",
            "--echo",
        ];
        var (code, expected, error) = await LmProcess.RunAsync([.. generate, "Once upon\n"]);
        Assert.True(code == 0, error);
        var file = _folder["-prompt"];
        foreach (var mark in (byte[][])[[], [.. Encoding.UTF8.Preamble]])
        {
            byte[] bytes = [.. mark, .. "Once upon\n"u8];
            File.WriteAllBytes(file, bytes);
            Assert.Equal(expected, (await LmProcess.RunAsync([.. generate, "--prompt-file", file])).Out);
            Assert.Equal(expected, (await LmProcess.RunAsync([], [.. generate, "--prompt-file", "-"], bytes)).Out);
        }
    }

    [Fact]
    public async Task A_prompt_that_is_not_UTF_8_is_refused_with_the_position()
    {
        var tiny = Path.Combine(Repository.Root, "models", "tiny");
        var (code, output, error) = await LmProcess.RunAsync(
            [],
            ["generate", tiny, "--prompt-file", "-"],
            [.. "caf\u00e9 "u8, 0x92, (byte)'s']
        );
        Assert.Equal(
            (1, "", "lm: Standard input is not UTF-8: byte 6, 0x92, does not begin a valid character.\n"),
            (code, output, error));

        var cut = await LmProcess.RunAsync([], ["generate", tiny, "--prompt-file", "-"], [.. "caf"u8, 0xC3]);
        Assert.Contains("byte 3, 0xC3", cut.Error);
        var both = await LmProcess.RunAsync("generate", tiny, "x", "--prompt-file", "y");
        Assert.Equal(
            (1, "lm: Both a prompt and --prompt-file are given; give one of them.\n"),
            (both.Code, both.Error));
    }
}
