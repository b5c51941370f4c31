using System.Diagnostics;
using LmApi.Tests.Support;
using LmModel.Tokenization;

namespace LmApi.Tests.Infrastructure;

/// <summary>What a person sees who starts the service with a mistake.</summary>
public sealed class StartupTests
{
    [Fact]
    public async Task A_wrong_path_stops_the_process_with_one_line() =>
        await StopsAsync("Model:Path is '/no/such/model'", "--Model:Path=/no/such/model");

    [Fact]
    public async Task A_broken_file_stops_the_process_with_one_line()
    {
        var folder = TestModel.Save(new ByteTokenizer());
        await File.WriteAllTextAsync(Path.Combine(folder, "model.safetensors"), "nonsense");
        await StopsAsync("model.safetensors", $"--Model:Path={folder}");
        Directory.GetParent(folder)!.Delete(recursive: true);
    }

    [Fact]
    public async Task Options_out_of_range_stop_the_process_with_one_line_that_has_them_all()
    {
        var line = await StopsAsync("MaxActive", "--Generation:MaxActive=0", "--Generation:MaxWaiting=-1");
        Assert.Contains("MaxWaiting", line, StringComparison.Ordinal);
    }

    private static async Task<string> StopsAsync(string reason, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "LmApi.dll"), "--urls=http://127.0.0.1:0", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var line = Assert.Single((await process.StandardError.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", await output, StringComparison.Ordinal);
        return line;
    }
}
