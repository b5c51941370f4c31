using System.Text.RegularExpressions;

namespace LmCli.Tests.Terminal;

/// <summary>The command reads and writes the same numbers in every language and country.</summary>
public sealed partial class CultureTests : IDisposable
{
    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_decimal_point_is_read_as_one_in_every_culture()
    {
        string[] command =
        [
            "generate",
            Tiny,
            "Duck",
            "--temperature",
            "0.5",
            "--top-p",
            "0.95",
            "--seed",
            "7",
            "-n",
            "200",
        ];
        var (code, here, error) = await LmProcess.RunAsync(command);
        Assert.True(code == 0, error);

        Assert.Equal(
            (0, here),
            (await LmProcess.RunAsync(Elsewhere, command)) is var there ? (there.Code, there.Out) : default);
        command[Array.IndexOf(command, "0.5")] = "5";
        Assert.NotEqual(here, (await LmProcess.RunAsync(command)).Out);
    }

    [Fact]
    public async Task Output_and_saved_files_are_the_same_in_every_culture()
    {
        var text = _folder["ducks.txt"];
        File.WriteAllText(
            text,
            string.Concat(
                Enumerable
                    .Range(0, 400)
                    .Select(i => $"Duck {(char)('a' + (i % 7))} said to duck {(char)('a' + (i % 5))}: quack, quack!\n"))
        );
        string[][] commands =
        [
            [
                "evaluate",
                Tiny,
                text,
                "--neural-cache-size",
                "50",
                "--neural-cache-theta",
                "0.3",
                "--neural-cache-lambda",
                "0.1",
            ],
            ["evaluate", Tiny, text, "--neural-cache-search", "--neural-cache-size", "50", "--protocol", "contiguous"],
            ["baseline", text, "--validation", "0.25", "--order", "3"],
            [
                "train",
                text,
                "--out",
                _folder["m"],
                "--overwrite",
                "--hidden",
                "8",
                "--layers",
                "1",
                "--steps",
                "60",
                "--dropout",
                "0.1",
                "--learning-rate",
                "0.003",
                "--validate-every",
                "30",
                "--validation",
                "0.25",
            ],
        ];

        foreach (var command in commands)
        {
            var here = await LmProcess.RunAsync(command);
            Assert.True(here.Code == 0, here.Error);
            var card = CardOf(command);
            var there = await LmProcess.RunAsync(Elsewhere, command);
            Assert.Equal(WithoutTimes(here.Out), WithoutTimes(there.Out));
            Assert.Equal(here.Error, there.Error);
            Assert.Equal(card, CardOf(command));
        }
    }

    [Theory]
    [InlineData("generate|x|--temperature|0,5", "--temperature must be a number such as 0.5, not '0,5'.")]
    [InlineData("generate|x|--temperature|1,000.5", "not '1,000.5'.")]
    [InlineData("generate|x|--temperature|\u0660.5", "not '\u0660.5'.")]
    [InlineData(
        "generate|x|--max-tokens|\u0665",
        "--max-tokens must be a whole number up to 2147483647, not '\u0665'."
    )]
    [InlineData("generate|x|--max-tokens|1,000", "not '1,000'.")]
    [InlineData("train|x|--learning-rate|0,003", "--learning-rate must be a number such as 0.5, not '0,003'.")]
    [InlineData(
        "train|x|--seed|12345678901234567890",
        "--seed must be a whole number up to 9223372036854775807, not '12345678901234567890'."
    )]
    [InlineData("train|x|--minutes|Infinity", "not 'Infinity'.")]
    public async Task A_number_in_another_notation_is_refused(string command, string expected)
    {
        foreach (var environment in (Dictionary<string, string>[])[[], Elsewhere])
        {
            var (code, _, error) = await LmProcess.RunAsync(environment, command.Split('|'));
            Assert.Equal(1, code);
            Assert.Contains(expected, error);
        }
    }

    private string CardOf(string[] command) =>
        command[0] == "train" ? Times.Replace(File.ReadAllText(Path.Combine(_folder["m"], "README.md")), "") : "";

    private static string WithoutTimes(string output) => Times.Replace(output, "");

    [GeneratedRegex(@"[\d,]+ tokens/s|left [\d:]+|in [\d.:]+( minutes)?\b|steps and [\d:]+")]
    private static partial Regex Times { get; }
}
