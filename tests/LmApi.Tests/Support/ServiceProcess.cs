using System.Collections.Concurrent;
using System.Diagnostics;

namespace LmApi.Tests.Support;

/// <summary>The service as a process of its own, and what it writes.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(ProcessStartInfo start)
    {
        Process = new() { StartInfo = start };
        Process.OutputDataReceived += (_, line) => Read(_output, line.Data);
        Process.ErrorDataReceived += (_, line) => Read(_errors, line.Data);
        Process.Start();
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    public Process Process { get; }

    /// <summary>Lines on standard output so far.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>Lines on standard error so far.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Where the service is built, beside its own <c>appsettings.json</c>.</summary>
    public static string ProgramFolder { get; } =
        AppContext.BaseDirectory.Replace(
            Path.Combine("tests", "LmApi.Tests"),
            Path.Combine("src", "LmApi"),
            StringComparison.Ordinal);

    public static string TinyModel { get; } = Path.Combine(LmService.Tests.Repository.Root, "models", "tiny");

    /// <param name="arguments">Of the command line.</param>
    /// <param name="environment">What to add to this process's environment.</param>
    /// <param name="folder">The working directory.</param>
    public static ServiceProcess Start(
        string[] arguments, Dictionary<string, string>? environment = null, string? folder = null) =>
        StartDotnet([Path.Combine(ProgramFolder, "LmApi.dll"), .. arguments], environment, folder);

    /// <summary>A service with the tiny model on a free port of this machine.</summary>
    public static ServiceProcess StartTiny(params string[] arguments) => Start([.. Tiny, .. arguments]);

    /// <summary>
    /// The same with either engine. The service's own output leaves libtorch out; this project's has it, and a copy of
    /// the service.
    /// </summary>
    public static ServiceProcess StartTinyWith(string engine, params string[] arguments)
    {
        string[] all = [.. Tiny, $"--Inference:Engine={engine}", .. arguments];
        return engine == "managed" ? Start(all) : StartDotnet(
        [
            "exec",
            "--depsfile", Path.Combine(AppContext.BaseDirectory, "LmApi.Tests.deps.json"),
            "--runtimeconfig", Path.Combine(AppContext.BaseDirectory, "LmApi.runtimeconfig.json"),
            Path.Combine(AppContext.BaseDirectory, "LmApi.dll"), .. all,
        ]);
    }

    /// <summary>The address, once it listens.</summary>
    public async Task<Uri> ListeningAsync()
    {
        var ended = Process.WaitForExitAsync();
        return await Task.WhenAny(_listening.Task, ended) == ended && !_listening.Task.IsCompleted
            ? throw new InvalidOperationException($"It ended before it listened: {string.Join(' ', Errors)}")
            : await _listening.Task;
    }

    public async Task<HttpClient> ConnectAsync() => new() { BaseAddress = await ListeningAsync() };

    /// <summary>Sends SIGTERM. SIGINT would not do: a process that was started in the background ignores it.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>The exit code, once everything it wrote has been read.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await Process.WaitForExitAsync();
        return Process.ExitCode;
    }

    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }

    private static string[] Tiny => ["--urls=http://127.0.0.1:0", $"--Model:Path={TinyModel}"];

    private static ServiceProcess StartDotnet(
        string[] arguments, Dictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return new(start);
    }

    private void Read(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
        {
            _listening.TrySetResult(new Uri(line[(at + Listening.Length)..]));
        }
    }
}
