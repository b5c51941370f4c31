using System.Diagnostics;

namespace LmCli.Tests;

/// <summary>The <c>lm</c> command as a person starts it.</summary>
/// <remarks>
/// Signals have their default actions. A process inherits which ones are ignored, and a shell has what it runs in the
/// background ignore SIGINT, as nohup does with SIGHUP; .NET leaves ignored signals ignored.
/// </remarks>
internal static class LmProcess
{
    /// <summary>Only keeps a fault from hanging the tests: no machine is too busy for this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static readonly string[] DefaultSignals = OperatingSystem.IsLinux() ? ["env", "--default-signal"] : [];

    /// <summary>The command itself, for a shell.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "lm.dll");

    public static Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments) =>
        RunAsync([], arguments);

    /// <param name="environment">Variables beyond those of the tests.</param>
    /// <param name="arguments">Of the command.</param>
    /// <param name="input">Standard input; null leaves that of the tests.</param>
    public static async Task<(int Code, string Out, string Error)> RunAsync(
        Dictionary<string, string> environment, string[] arguments, byte[]? input = null)
    {
        using var process = Start(environment, arguments, takesInput: input is not null);
        if (input is not null)
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }

        return await EndAsync(process);
    }

    public static Process Start(params string[] arguments) => Start([], arguments, takesInput: false);

    public static async Task<(int Code, string Out, string Error)> EndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            await KillAsync(process);
            throw;
        }
    }

    /// <summary>Kills a process and waits until it is gone: until then it may go on writing files.</summary>
    public static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Sends a signal by its name, such as <c>INT</c>.</summary>
    public static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Runs a line of <c>bash</c>, in which <c>$lm</c> starts the command.</summary>
    public static async Task<(int Code, string Out, string Error)> ShellAsync(string line)
    {
        using var process = Process.Start(new ProcessStartInfo("bash")
        {
            ArgumentList = { "-c", line },
            Environment = { ["lm"] = string.Join(' ', [.. DefaultSignals, "dotnet", Path]) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        return await EndAsync(process);
    }

    private static Process Start(Dictionary<string, string> environment, string[] arguments, bool takesInput)
    {
        string[] command = [.. DefaultSignals, "dotnet", Path, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = takesInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
