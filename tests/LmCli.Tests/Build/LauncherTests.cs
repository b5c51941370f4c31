using System.Diagnostics;

namespace LmCli.Tests.Build;

/// <summary>
/// The script <c>lm</c> at the root, in a folder laid out like the repository, with a <c>dotnet</c> that notes its
/// builds and, as the program, writes its arguments and exits with 7.
/// </summary>
public sealed class LauncherTests : IDisposable
{
    private const string Dotnet = """
        #!/bin/sh
        case $1 in
            msbuild)
                echo build >>builds
                sleep 0.1
                if grep -q broken src/LmModel/Model.cs; then echo "Model.cs: error"; exit 1; fi
                mkdir -p src/LmCli/bin/Release/net10.0
                : >src/LmCli/bin/Release/net10.0/lm.dll ;;
            *)
                shift
                printf '[%s]' "$@"
                [ "$1" != wait ] || exec sleep 60
                exit 7 ;;
        esac
        """;

    private static readonly string[] Sources =
        ["src/LmModel/Model.cs", "build/a.targets", "Directory.Build.props", "global.json"];

    private readonly TemporaryFolder _folder = new();

    public LauncherTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There lm.cmd does this.");
        foreach (var folder in new[] { "src/LmModel/Numerics", "src/LmCli", "build", "tools" })
        {
            Directory.CreateDirectory(_folder[folder]);
        }

        foreach (var file in Sources)
        {
            Write(file, "");
        }

        File.Copy(Path.Combine(LmService.Tests.Repository.Root, "lm"), _folder["lm"]);
        Write("tools/dotnet", Dotnet);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder["tools/dotnet"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private int Builds => File.Exists(_folder["builds"]) ? File.ReadAllLines(_folder["builds"]).Length : 0;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_launcher_builds_once_and_forwards_arguments_output_and_exit_code()
    {
        var (code, output, error) = await RunAsync("train", "a b.txt", "", "*", "$HOME");
        Assert.Equal((7, "[train][a b.txt][][*][$HOME]", ""), (code, output, error));

        await RunAsync("--version");
        Assert.Equal(1, Builds);
    }

    [Theory]
    [InlineData("src/LmModel/Numerics/Added.cs")]
    [InlineData("src/LmModel/Model.cs")]
    [InlineData("build/a.targets")]
    [InlineData("Directory.Build.props")]
    public async Task A_changed_source_triggers_a_rebuild(string file)
    {
        await RunAsync();
        Write(file, "changed");
        await RunAsync();
        await RunAsync();
        Assert.Equal(2, Builds);
    }

    [Fact]
    public async Task A_removed_source_or_program_triggers_a_rebuild()
    {
        Write("src/LmModel/Numerics/Removed.cs", "");
        await RunAsync();
        File.Delete(_folder["src/LmModel/Numerics/Removed.cs"]);
        await RunAsync();
        Assert.Equal(2, Builds);

        File.Delete(_folder["src/LmCli/bin/Release/net10.0/lm.dll"]);
        await RunAsync();
        Assert.Equal(3, Builds);
    }

    [Fact]
    public async Task Build_outputs_do_not_trigger_a_rebuild()
    {
        await RunAsync();
        Write("src/LmModel/bin/Debug/Output.cs", "");
        Write("src/LmModel/obj/Generated.cs", "");
        await RunAsync();
        Assert.Equal(1, Builds);
    }

    [Fact]
    public async Task Concurrent_commands_build_once()
    {
        var runs = await Task.WhenAll(RunAsync("a"), RunAsync("b"), RunAsync("c"));
        Assert.Equal(["[a]", "[b]", "[c]"], runs.Select(run => run.Out));
        Assert.Equal(1, Builds);
    }

    [Fact]
    public async Task The_lock_of_an_ended_process_is_taken_over()
    {
        using var gone = Process.Start("true");
        await gone.WaitForExitAsync();
        Directory.CreateDirectory(_folder["src/LmCli/obj"]);
        File.CreateSymbolicLink(_folder["src/LmCli/obj/lm.lock"], $"{gone.Id}");
        Assert.Equal(7, (await RunAsync("a")).Code);
    }

    [Fact]
    public async Task A_failed_build_is_shown_on_standard_error_and_nothing_runs()
    {
        Write("src/LmModel/Model.cs", "broken");
        var (code, output, error) = await RunAsync("a");
        Assert.Equal((1, "", "Model.cs: error\nlm: The build failed.\n"), (code, output, error));

        Write("src/LmModel/Model.cs", "mended");
        Assert.Equal(7, (await RunAsync("a")).Code);
    }

    [Fact]
    public async Task Signals_reach_the_program()
    {
        await RunAsync();
        using var process = Start("wait");
        var started = new char[6];
        await process.StandardOutput.ReadBlockAsync(started);
        Assert.Equal("[wait]", new string(started));
        await LmProcess.SignalAsync(process, "TERM");
        await process.WaitForExitAsync();
        Assert.Equal(143, process.ExitCode);
    }

    [Fact]
    public async Task The_launcher_works_through_a_link_and_from_another_folder()
    {
        Directory.CreateDirectory(_folder["elsewhere"]);
        File.CreateSymbolicLink(_folder["elsewhere/lm"], "../lm");
        var start = StartInfo(_folder["elsewhere/lm"], ["a"]);
        start.WorkingDirectory = Path.GetTempPath();
        using var process = Process.Start(start)!;
        Assert.Equal("[a]", await process.StandardOutput.ReadToEndAsync());
    }

    [Fact]
    public async Task Completion_does_not_trigger_a_build()
    {
        Assert.Equal((0, "", ""), await RunAsync("[suggest:3]", "lm "));
        Assert.Equal(0, Builds);
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await LmProcess.EndAsync(process);
    }

    private Process Start(params string[] arguments) => Process.Start(StartInfo(_folder["lm"], arguments))!;

    private ProcessStartInfo StartInfo(string script, string[] arguments)
    {
        var start = new ProcessStartInfo("sh", [script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_folder["tools"]}:{Environment.GetEnvironmentVariable("PATH")}";
        return start;
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}
