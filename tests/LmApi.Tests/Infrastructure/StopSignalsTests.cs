using System.Globalization;
using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

/// <summary>A process that is told to end, at any time of its life.</summary>
public sealed class StopSignalsTests
{
    /// <summary>The runtime handles it as soon as the program listens for any signal.</summary>
    private const int Sigcont = 18;

    [Theory]
    [InlineData("managed")]
    [InlineData("torch")]
    public async Task Sigterm_ends_the_process_with_0_whenever_it_comes(string engine)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        for (var milliseconds = 0; milliseconds <= 1600; milliseconds = (milliseconds + 20) * 2)
        {
            using var service = ServiceProcess.StartTiny($"--Inference:Engine={engine}", "--Shutdown:DrainSeconds=0");
            while (!Hears(service, Sigcont))
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

    /// <summary>Whether the process has a handler for a signal: its bit in SigCgt.</summary>
    private static bool Hears(ServiceProcess service, int signal)
    {
        const string Name = "SigCgt:";
        var caught = File.ReadLines($"/proc/{service.Process.Id}/status")
            .First(line => line.StartsWith(Name, StringComparison.Ordinal));
        var bits = ulong.Parse(caught[Name.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return ((bits >> (signal - 1)) & 1) != 0;
    }
}
