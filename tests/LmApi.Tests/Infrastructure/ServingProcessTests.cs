using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LmApi.Tests.Infrastructure;

/// <summary>What the operating system sees of the service as it really runs.</summary>
public sealed class ServingProcessTests
{
    private const string Listening = "Now listening on: ";

    [Theory]
    [InlineData("managed", false)]
    [InlineData("torch", true)]
    public async Task Libtorch_is_loaded_for_the_torch_engine_only(string engine, bool loaded)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var service = await ServiceProcess.StartAsync($"--Inference:Engine={engine}");
        await service.GenerateAsync();

        var maps = await File.ReadAllTextAsync($"/proc/{service.Process.Id}/maps");

        Assert.Equal(loaded, maps.Contains("libtorch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_idle_service_uses_no_processor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var service = await ServiceProcess.StartAsync("--Inference:Threads=2");
        await service.GenerateAsync();
        // The compiler and the pool come to rest.
        await Task.Delay(3000);

        var before = service.ProcessorTicks();
        await Task.Delay(1000);

        // Ticks are hundredths of a second; one thread that spins takes a hundred.
        Assert.InRange(service.ProcessorTicks() - before, 0, 5);
    }

    /// <summary>The service as a process of its own, with the tiny model.</summary>
    private sealed class ServiceProcess(Process process, HttpClient client) : IDisposable
    {
        public Process Process => process;

        public static async Task<ServiceProcess> StartAsync(params string[] arguments)
        {
            string[] all =
            [
                Path.Combine(AppContext.BaseDirectory, "LmApi.dll"), "--urls=http://127.0.0.1:0",
                $"--Model:Path={Path.Combine(LmService.Tests.Repository.Root, "models", "tiny")}", .. arguments,
            ];
            var process = Process.Start(new ProcessStartInfo("dotnet", all) { RedirectStandardOutput = true })!;
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
                {
                    // What follows must be read too, or the service would wait for its log.
                    _ = process.StandardOutput.ReadToEndAsync();
                    return new(process, new HttpClient { BaseAddress = new Uri(line[(at + Listening.Length)..]) });
                }
            }

            throw new InvalidOperationException("The service ended before it listened.");
        }

        public async Task GenerateAsync()
        {
            using var body = new StringContent(
                """{"prompt": "To be", "max_tokens": 200, "stream": false}""", Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("/generate", UriKind.Relative), body);
            response.EnsureSuccessStatusCode();
        }

        /// <summary>User and system time so far: fields 14 and 15, after the name in parentheses.</summary>
        public long ProcessorTicks()
        {
            var stat = File.ReadAllText($"/proc/{process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }

        public void Dispose()
        {
            client.Dispose();
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
