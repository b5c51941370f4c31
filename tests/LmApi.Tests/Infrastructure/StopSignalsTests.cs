using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

/// <summary>A process that is told to end, at any time of its life.</summary>
public sealed class StopSignalsTests
{
    [Theory]
    [InlineData("managed")]
    [InlineData("torch")]
    public async Task Sigterm_at_any_time_ends_the_process_with_exit_code_0(string engine)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        for (var milliseconds = 0; milliseconds <= 1600; milliseconds = (milliseconds + 20) * 2)
        {
            using var service = ServiceProcess.StartTinyWith(engine, "--Shutdown:DrainSeconds=0");
            while (!HearsSignals(service))
            {
                await Task.Yield();
            }

            // Not that anything will have happened by then: any moment is as good as another.
            await Task.Delay(milliseconds);
            service.Terminate();

            var code = await service.ExitCodeAsync();
            Assert.True(code == 0, $"after {milliseconds} ms: {code}, {string.Join(' ', service.Errors)}");
            Assert.Empty(service.Errors);
        }
    }

    /// <summary>
    /// Whether the process has registered its handlers: the logging library is loaded next. Before, the signal does
    /// what the runtime does by default.
    /// </summary>
    private static bool HearsSignals(ServiceProcess service) =>
        File.ReadLines($"/proc/{service.Process.Id}/maps")
            .Any(line => line.EndsWith("/Serilog.dll", StringComparison.Ordinal));
}
