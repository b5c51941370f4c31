using System.ComponentModel;
using System.Diagnostics;
using LmApi.Tests.Support;

namespace LmApi.Tests.Clients;

/// <summary>Other people's clients from npm, unmodified, as tests/Clients uses them.</summary>
public sealed class NpmClientTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Clients");

    [Theory]
    [InlineData("openai")]
    [InlineData("huggingface")]
    [InlineData("ollama")]
    [InlineData("eventsource")]
    [InlineData("ai-sdk")]
    public async Task A_client_from_npm_passes_its_cases(string client)
    {
        var required = Environment.GetEnvironmentVariable("LM_NPM_CLIENTS") == "required";
        var installed = Directory.Exists(Path.Combine(Folder, "node_modules")) && HasNode();
        Assert.SkipUnless(
            installed || required, "The clients from npm are not installed: build/install-clients.sh installs them.");
        await using var services = await ClientServices.StartAsync();
        var (code, output) = await RunAsync(client, services);
        Assert.True(code == 0, output);
        await services.AssertTheClientLeftAsync();
    }

    private static async Task<(int Code, string Output)> RunAsync(string client, ClientServices services)
    {
        var start = new ProcessStartInfo("node", ["--test", $"{client}.test.mjs"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LM_OPEN"] = ClientServices.AddressOf(services.Open).ToString();
        start.Environment["LM_FULL"] = ClientServices.AddressOf(services.Full).ToString();
        start.Environment["LM_HELD"] = ClientServices.AddressOf(services.Held).ToString();
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(RawClient.Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static bool HasNode()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("node", "--version")
            {
                RedirectStandardOutput = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
