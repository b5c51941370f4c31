using System.CommandLine;

namespace LmCli.ShellCompletion;

/// <summary>
/// <c>lm completion SHELL</c>: prints the script that makes a shell complete <c>lm</c>. The scripts ask the command
/// itself, by the <c>[suggest]</c> directive of System.CommandLine.
/// </summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = new Argument<string>("SHELL")
    {
        Description = "bash, zsh or fish.",
    }.AcceptOnlyFromAmong("bash", "zsh", "fish");

    public static Command Create()
    {
        var command = new Command(
            "completion", "Prints a script that completes lm in a shell: eval \"$(lm completion bash)\".")
        {
            Shell,
        };
        command.SetAction(arguments => Console.Out.Write(Script(arguments.GetRequiredValue(Shell))));
        return command;
    }

    private static string Script(string shell)
    {
        using var stream = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"lm.{shell}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
