using LmModel.Files;

namespace LmCli.Tests.Options;

public sealed class ShellWordTests
{
    [Theory]
    [InlineData("models/tales-1_a.txt", "models/tales-1_a.txt")]
    [InlineData("my model", "'my model'")]
    [InlineData("Grimm's own tale.txt", @"'Grimm'\''s own tale.txt'")]
    [InlineData("$HOME", "'$HOME'")]
    [InlineData("", "''")]
    [InlineData("~", "'~'")]
    [InlineData("a\nb'", @"$'a\nb\''")]
    public void A_word_is_quoted_if_a_shell_would_change_it(string word, string expected) =>
        Assert.Equal(expected, ShellWord.Quote(word));

    [Theory]
    [InlineData("-tales.txt", "./-tales.txt")]
    [InlineData("--", "./--")]
    [InlineData("- a", "'./- a'")]
    public void A_path_is_never_an_option(string path, string expected) => Assert.Equal(expected, ShellWord.Path(path));

    [Fact]
    public async Task Quoted_words_pass_through_a_shell_unchanged()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Runs bash.");
        const string Characters = "ab09 '\"\\$`!*?[]{}()<>|&;#~=%^-\n\t\r\u0001\u001b\u007f\u0085é🦆";
        var random = new Random(1);
        string[] words =
        [
            .. Enumerable
                .Range(0, 300)
                .Select(_ =>
                    string.Concat(
                        Enumerable
                            .Range(0, random.Next(12))
                            .Select(_ =>
                                Characters
                                    .EnumerateRunes()
                                    .ElementAt(random.Next(Characters.EnumerateRunes().Count()))
                                    .ToString()))),
        ];

        var (code, output, error) = await LmProcess.ShellAsync(
            $"export LC_ALL=C.UTF-8; printf '%s\\0' {string.Join(' ', words.Select(ShellWord.Quote))}");

        Assert.True(code == 0, error);
        Assert.Equal(words, output.Split('\0')[..^1]);
        Assert.All(words, word => Assert.DoesNotContain(ShellWord.Quote(word), char.IsControl));
    }
}
