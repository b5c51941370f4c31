using System.Diagnostics;
using System.Globalization;
using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

/// <summary>What many clients together can do to the service as a process with limits of its own.</summary>
public sealed class ManyClientsTests
{
    private const int Clients = 300;
    private const string Listening = "Now listening on: ";

    private static readonly object Short = new { prompt = "To be", max_tokens = 4, stream = false };

    /// <summary>As with compose: .NET gives its heap three quarters of 512 MiB.</summary>
    [Fact]
    public async Task Incomplete_bodies_fit_into_the_memory_of_the_container_and_others_are_served()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        const int Size = 1 << 19;
        var (process, address, _) = await StartAsync("export DOTNET_GCHeapHardLimit=0x18000000");
        using var killer = new Killer(process);
        var holders = new List<RawClient>();
        for (var i = 0; i < Clients; i++)
        {
            var client = await RawClient.ConnectAsync(address);
            holders.Add(client);
            await client.TrySendAsync(RawClient.PostHead("/generate", Size));
            await client.TrySendAsync(new byte[Size - 500]);
        }

        using var other = await RawClient.ConnectAsync(address);
        await other.SendAsync(RawClient.Post("/generate", Short));
        Assert.Equal(200, (await other.ReadAnswerAsync()).Status);
        Assert.InRange(PeakKiB(process), 0, 512 * 1024);
        holders.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Connections_beyond_the_limit_of_files_are_closed_and_the_service_continues()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sets ulimit");
        var (process, address, log) = await StartAsync("ulimit -n 400");
        using var killer = new Killer(process);
        var clients = new List<RawClient>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await RawClient.ConnectAsync(address));
        }

        // The last ones are closed, as the first ones are open.
        Assert.Equal("", await clients[^1].ReadToEndAsync());
        clients.ForEach(client => client.Dispose());
        while (!await IsServedAsync(address))
        {
        }

        process.Kill();
        var lines = await log;
        const string Full = "connections are open, the maximum of the limit of open files";
        Assert.Single(lines.Split('\n'), line => line.Contains(Full, StringComparison.Ordinal));
        Assert.DoesNotContain(" ERR] ", lines, StringComparison.Ordinal);
    }

    private static async Task<bool> IsServedAsync(Uri address)
    {
        using var client = await RawClient.ConnectAsync(address);
        return await client.TrySendAsync(RawClient.Post("/generate", Short, "Connection: close"))
            && (await client.ReadToEndAsync()).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
    }

    /// <summary>
    /// The service with the tiny model, started by a shell that first runs a command; what it writes after it listens.
    /// </summary>
    private static async Task<(Process Process, Uri Address, Task<string> Log)> StartAsync(string command)
    {
        var service = Path.Combine(AppContext.BaseDirectory, "LmApi.dll");
        var model = Path.Combine(LmService.Tests.Repository.Root, "models", "tiny");
        string[] arguments =
        [
            "-c",
            $"{command}; exec dotnet '{service}' --urls=http://127.0.0.1:0 --Model:Path='{model}'",
        ];
        var process = Process.Start(new ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                return (process, new Uri(line[(at + Listening.Length)..]), process.StandardOutput.ReadToEndAsync());
            }
        }

        throw new InvalidOperationException("The service ended before it listened.");
    }

    /// <summary>The most memory that the process has had, VmHWM.</summary>
    private static long PeakKiB(Process process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status")
            .Single(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private sealed class Killer(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
