using System.Diagnostics;

namespace LmCli.Tests.Terminal;

/// <summary>Signals, and readers that leave, end every command soon; a training saves first.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public InterruptionTests() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Sends signals.");

    public static TheoryData<string, int> Signals => new() { { "INT", 130 }, { "TERM", 143 }, { "HUP", 129 } };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Signals))]
    public async Task A_signal_saves_a_training_which_can_then_be_resumed(string signal, int expected)
    {
        var text = Ducks(100);
        var model = _folder["it's a model"];
        string resume;
        using (
            var process = LmProcess.Start(
                "train",
                text,
                "--out",
                model,
                "--hidden",
                "16",
                "--layers",
                "1",
                "--steps",
                "1000000",
                "--validate-every",
                "10"))
        {
            await ReadUntilAsync(process, "step ");
            await LmProcess.SignalAsync(process, signal);
            var (code, output, error) = await LmProcess.EndAsync(process);
            Assert.True(code == expected, $"{code} {error}");
            resume = output.TrimEnd().Split('\n')[^1];
        }

        Assert.Matches("^Stopped and saved at step [1-9][0-9]*. Continue with: lm train ", resume);
        // What is printed can be pasted.
        var command = resume.Split("Continue with: lm ")[1];
        var (_, again, failure) = await LmProcess.ShellAsync($"$lm {command} | head -n 5");
        Assert.True(again.Contains("resumed at step ", StringComparison.Ordinal), again + failure);
    }

    [Theory]
    [MemberData(nameof(Signals))]
    public async Task A_signal_ends_a_command_blocked_in_a_system_call(string signal, int expected)
    {
        // Opening a pipe waits until somebody writes to it, which nobody does.
        var pipe = _folder["pipe"];
        using (var make = Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync();
        }

        using var process = LmProcess.Start(
            "generate",
            Path.Combine(Repository.Root, "models", "tiny"),
            "--prompt-file",
            pipe);
        await OpenedAsync(process);
        await LmProcess.SignalAsync(process, signal);

        Assert.Equal((expected, "", ""), await LmProcess.EndAsync(process));

        // The handlers are set up before anything is opened; that the runtime has begun shows in its map of the
        // libraries.
        async Task OpenedAsync(Process started)
        {
            while (
                !started.HasExited
                && !File.ReadAllText($"/proc/{started.Id}/maps")
                    .Contains("System.CommandLine.dll", StringComparison.Ordinal))
            {
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task A_second_signal_ends_a_training_at_once()
    {
        using var process = LmProcess.Start(
            "train", Ducks(100), "--out", _folder["m"], "--hidden", "16", "--layers", "1", "--steps", "1000000");
        await ReadUntilAsync(process, "step ");
        await LmProcess.SignalAsync(process, "INT");
        await LmProcess.SignalAsync(process, "TERM");

        // Which of them comes to its end first is not known; neither hangs.
        var (code, _, error) = await LmProcess.EndAsync(process);
        Assert.True(code is 130 or 143, $"{code} {error}");
    }

    [Fact]
    public async Task A_closed_output_pipe_ends_a_generation_without_an_error()
    {
        var tiny = Path.Combine(Repository.Root, "models", "tiny");
        var (_, output, error) = await LmProcess.ShellAsync(
            $"set -o pipefail; $lm generate {tiny} Duck -n 2000000000 | head -c 20 >/dev/null; echo ${{PIPESTATUS[0]}}"
        );

        Assert.Equal(("0\n", ""), (output, error));
    }

    [Fact]
    public async Task A_closed_output_pipe_makes_a_training_save_and_stop()
    {
        var model = _folder["m"];
        var (_, output, error) = await LmProcess.ShellAsync(
            $"$lm train {Ducks(100)} --out {model} --hidden 16 --layers 1 --steps 1000000 | head -n 8 >/dev/null; echo "
                + $"${{PIPESTATUS[0]}}");

        Assert.Equal("130\n", output);
        Assert.True(File.Exists(Path.Combine(model, "training", "last.safetensors")), error);
    }

    private static async Task ReadUntilAsync(Process process, string beginning)
    {
        while (
            await process.StandardOutput.ReadLineAsync() is { } line
            && !line.StartsWith(beginning, StringComparison.Ordinal)
        ) { }
    }

    private string Ducks(int lines)
    {
        var text = _folder["ducks.txt"];
        File.WriteAllText(
            text,
            string.Concat(Enumerable.Range(0, lines).Select(i => $"Duck {i % 7} said to duck {i % 5}: quack, quack!\n"))
        );
        return text;
    }
}
