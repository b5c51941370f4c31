namespace LmCli.Tests.Terminal;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("lm tr", "train")]
    [InlineData("lm train text.txt --hid", "--hidden")]
    [InlineData("lm completion z", "zsh")]
    public async Task The_command_lists_completions_of_a_prefix(string line, string expected)
    {
        var (code, output, error) = await LmProcess.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Equal((0, expected, ""), (code, output.TrimEnd(), error));
    }

    [Fact]
    public async Task The_bash_script_completes_a_word()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash.");
        var (code, output, error) = await LmProcess.ShellAsync("""
            eval "$($lm completion bash)"
            answer() { [[ $1 == '[suggest:11]' && $2 == 'lm train --' ]] && printf '%s\n' --hidden --layers file; }
            COMP_WORDS=(answer train --) COMP_CWORD=2 COMP_LINE='lm train --' COMP_POINT=11
            _lm
            echo "${COMPREPLY[*]}"
            """);
        Assert.Equal((0, "--hidden --layers\n", ""), (code, output, error));
    }
}
