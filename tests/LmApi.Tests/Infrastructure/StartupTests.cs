using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LmApi.Infrastructure;
using LmApi.Observability;
using LmApi.Tests.Support;
using LmModel.Tokenization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LmApi.Tests.Infrastructure;

/// <summary>What a person sees who starts the service with a mistake.</summary>
public sealed class StartupTests
{
    [Fact]
    public async Task A_wrong_path_stops_the_process_with_one_line() =>
        await StopsAsync("Model:Path is '/no/such/model'", "--Model:Path=/no/such/model");

    [Fact]
    public async Task Logs_are_json_if_configured()
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
    public async Task A_guard_that_the_model_cannot_serve_stops_the_process_with_one_line()
    {
        var line = await StopsAsync(
            "Guard:Verbatim", $"--Model:Path={ServiceProcess.TinyModel}", "--Guard:Verbatim=12");
        Assert.Contains("lm guard MODEL --training TEXT", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_out_of_range_stop_the_process_with_one_line_that_lists_them_all()
    {
        var line = await StopsAsync("BatchSize", "--Inference:BatchSize=0", "--Generation:MaxWaiting=-1");
        Assert.Contains("MaxWaiting", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_that_is_not_a_number_stops_the_process_with_one_line() =>
        await StopsAsync("'many' at 'Inference:BatchSize'", "--Inference:BatchSize=many");

    [Fact]
    public async Task A_port_in_use_stops_the_process_with_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var folder = TestModel.Save(new ByteTokenizer());
        await StopsAsync("address already in use", $"--Model:Path={folder}", $"--urls=http://{other.LocalEndpoint}");
        Directory.GetParent(folder)!.Delete(recursive: true);
    }

    [Theory]
    [InlineData("localhost:8080", "urls is 'localhost:8080'")]
    [InlineData("http://localhost:99999", "0 to 65535")]
    [InlineData("http://localhost:many", "0 to 65535")]
    [InlineData("http://127.0.0.1:0;ftp://127.0.0.1", "urls is 'ftp://127.0.0.1'")]
    [InlineData("http://192.0.2.1:8080", "cannot listen on http://192.0.2.1:8080: ")]
    [InlineData("http://unix:/no/such/folder/socket", "cannot listen on http://unix:/no/such/folder/socket: ")]
    [InlineData("https://127.0.0.1:0", "certificate")]
    public async Task An_address_that_cannot_be_bound_stops_the_process_with_one_line(
        string url,
        string reason
    ) => await StopsAsync(reason, $"--Model:Path={ServiceProcess.TinyModel}", $"--urls={url}");

    [Theory]
    [InlineData("Loud is not a valid Serilog level", "--Serilog:MinimumLevel:Default=Loud")]
    [InlineData("-x=1", "-x=1")]
    [InlineData("Kestrel:Endpoints:Public:Url", "--Kestrel:Endpoints:Public:Protocols=Http1")]
    [InlineData("DrainSeconds", "--Shutdown:DrainSeconds=-1")]
    [InlineData("shutdownTimeoutSeconds", "--shutdownTimeoutSeconds=0")]
    [InlineData("/no/such/folder", "--contentRoot=/no/such/folder")]
    public async Task An_unsupported_setting_stops_the_process_with_one_line(string reason, string argument) =>
        await StopsAsync(reason, $"--Model:Path={ServiceProcess.TinyModel}", argument);

    [Fact]
    public async Task The_torch_engine_without_libtorch_stops_the_process_and_names_both_remedies()
    {
        var line = await StopsAsync(
            ["--urls=http://127.0.0.1:0", $"--Model:Path={ServiceProcess.TinyModel}", "--Inference:Engine=torch"],
            [],
            "Inference:Engine is torch, but libtorch cannot be loaded", "-p:Torch=true");
        Assert.EndsWith("Inference:Engine=managed, the default, does not need it.", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Broken_settings_stop_the_process_with_one_line_in_the_format_of_the_log(string format)
    {
        var folder = Directory.CreateTempSubdirectory("lm-start-");
        var file = Path.Combine(folder.FullName, "appsettings.json");
        await File.WriteAllTextAsync(file, "{ \"Model\": { \"Path\": }");
        var line = await StopsAsync(
            [$"--contentRoot={folder.FullName}"], new() { ["Logging__Format"] = format }, file, "LineNumber: 0");
        Assert.Equal(format == "json", line.StartsWith('{'));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_stack_trace_of_a_failure_is_logged_at_debug()
    {
        using var process = ServiceProcess.Start([
            "--Model:Path=/no/such/model",
            "--Serilog:MinimumLevel:Default=Debug",
        ]);
        Assert.Equal(1, await process.ExitCodeAsync());
        Assert.Contains(process.Output, line => line.Contains("   at LmApi", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failing_background_service_ends_the_process_with_exit_code_1()
    {
        var code = await Startup.RunAsync(["--urls=http://127.0.0.1:0"], builder =>
        {
            builder.AddLifecycle();
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddHostedService<Failing>();
            return builder.Build();
        }, Logs.WithoutService);
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task Numbers_are_written_with_a_decimal_point_in_any_culture()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "takes its language from LANG");
        using var process = ServiceProcess.Start(
            [
                "--urls=http://127.0.0.1:0", $"--Model:Path={ServiceProcess.TinyModel}",
                "--Serilog:MinimumLevel:Default=Debug", "--Shutdown:DrainSeconds=0",
            ],
            new()
            {
                ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0",
                ["LANG"] = "de_DE.UTF-8",
                ["LC_ALL"] = "de_DE.UTF-8",
            }
        );
        using var client = await process.ConnectAsync();
        await client.GetStringAsync(new Uri("/health/live", UriKind.Relative));
        process.Terminate();
        await process.ExitCodeAsync();

        var line = Assert.Single(
            process.Output,
            line => line.Contains("GET /health/live answered", StringComparison.Ordinal));
        Assert.Matches(@"in \d+\.\d ms", line);
    }

    private static Task<string> StopsAsync(string reason, params string[] arguments) =>
        StopsAsync(["--urls=http://127.0.0.1:0", .. arguments], [], reason);

    private static async Task<string> StopsAsync(
        string[] arguments, Dictionary<string, string> environment, params string[] reasons)
    {
        // Without a home there is no developer certificate either.
        environment["HOME"] = Path.GetTempPath();
        using var process = ServiceProcess.Start(arguments, environment);
        Assert.Equal(1, await process.ExitCodeAsync());
        var line = Assert.Single(process.Errors);
        Assert.All(reasons, reason => Assert.Contains(reason, line, StringComparison.Ordinal));
        Assert.DoesNotContain(process.Output, output => output.Contains("   at ", StringComparison.Ordinal));
        return line;
    }

    private sealed class Failing : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("no good");
        }
    }
}
