using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
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
    public async Task Logs_are_json_where_the_configuration_says_so()
    {
        var line = await StopsAsync("Model:Path is", "--Model:Path=/no/such/model", "--Logging:Format=json");
        using var json = JsonDocument.Parse(line);
        Assert.Equal("Fatal", json.RootElement.GetProperty("@l").GetString());
        Assert.Contains("/no/such/model", json.RootElement.GetProperty("Reason").GetString(), StringComparison.Ordinal);
    }

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
        var line = await StopsAsync("BatchSize", "--Inference:BatchSize=0", "--Generation:MaxWaiting=-1");
        Assert.Contains("MaxWaiting", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_that_is_no_number_stops_the_process_with_one_line() =>
        await StopsAsync("'many' at 'Inference:BatchSize'", "--Inference:BatchSize=many");

    [Fact]
    public async Task A_port_that_is_taken_stops_the_process_with_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var folder = TestModel.Save(new ByteTokenizer());
        await StopsAsync("address already in use", $"--Model:Path={folder}", $"--urls=http://{other.LocalEndpoint}");
        Directory.GetParent(folder)!.Delete(recursive: true);
    }

    private static async Task<string> StopsAsync(string reason, params string[] arguments)
    {
        var service = Path.Combine(AppContext.BaseDirectory, "LmApi.dll");
        var start = new ProcessStartInfo("dotnet", [service, "--urls=http://127.0.0.1:0", .. arguments])
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
