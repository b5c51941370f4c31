using System.Globalization;
using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

/// <summary>What the operating system sees of the service as it really runs.</summary>
public sealed class ServingProcessTests
{
    [Theory]
    [InlineData("managed", false)]
    [InlineData("torch", true)]
    public async Task Libtorch_is_loaded_for_the_torch_engine_only(string engine, bool loaded)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var service = ServiceProcess.StartTinyWith(engine);
        using var client = await service.ConnectAsync();
        await GenerateAsync(client);

        var maps = await File.ReadAllTextAsync($"/proc/{service.Process.Id}/maps");

        Assert.Equal(loaded, maps.Contains("libtorch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_idle_service_uses_no_processor_time()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var service = ServiceProcess.StartTiny("--Inference:Threads=2");
        using var client = await service.ConnectAsync();
        await GenerateAsync(client);

        // Ticks are hundredths of a second: a thread that spins takes a hundred, on a busy machine some fewer. The
        // compiler and the pool come to rest some time; a spinning thread never does.
        long taken;
        var seconds = 0;
        do
        {
            var before = ProcessorTicks(service);
            await Task.Delay(1000);
            taken = ProcessorTicks(service) - before;
        }
        while (taken > 5 && ++seconds < 120);

        Assert.InRange(taken, 0, 5);
    }

    [Fact]
    public async Task A_running_service_watches_no_files()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var service = ServiceProcess.StartTiny();
        using var client = await service.ConnectAsync();
        await GenerateAsync(client);

        var open = Directory.GetFiles($"/proc/{service.Process.Id}/fd").Select(file => new FileInfo(file).LinkTarget);
        Assert.DoesNotContain(open, target => target?.Contains("inotify", StringComparison.Ordinal) ?? false);
    }

    private static async Task GenerateAsync(HttpClient client)
    {
        using var response = await client.PostAsync(
            "/generate",
            new
            {
                prompt = "To be",
                max_tokens = 200,
                stream = false,
            }
        );
        response.EnsureSuccessStatusCode();
    }

    /// <summary>User and system time so far: fields 14 and 15, after the name in parentheses.</summary>
    private static long ProcessorTicks(ServiceProcess service)
    {
        var stat = File.ReadAllText($"/proc/{service.Process.Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }
}
