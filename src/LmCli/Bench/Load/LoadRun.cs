using System.Globalization;
using LmCli.Bench.Measures;

namespace LmCli.Bench.Load;

/// <summary>
/// Loads a service on this machine and reports what its clients see. It must take as little of the processor as it can,
/// because the service has what is left: one thread waits for all sockets, reads them and counts.
/// </summary>
/// <remarks>
/// A loop around <c>Socket.Select</c> took more: 16 µs a token in place of 13 with 32 clients, though it reads no
/// socket in vain. It gives the system the whole list for every few tokens; the runtime's epoll has it already.
/// </remarks>
internal static class LoadRun
{
    public static async Task RunAsync(LoadSettings settings, TextWriter output, CancellationToken cancellation)
    {
        ServeSocketsOnOneThread();
        var time = TimeProvider.System;
        List<LoadFormat> formats = settings.Completions
            ? [new("/generate", false, settings, time), new("/v1/completions", true, settings, time)]
            : [new("/generate", false, settings, time)];
        void Close() => formats.ForEach(format => format.Dispose());
        await using var registration = cancellation.Register(Close);
        try
        {
            await Task.WhenAll(formats.Select(format => format.ConnectAsync(cancellation)));
            var (busy, promptTokens) = (new List<double>(), 0);
            // The first round is not counted, and as long as the others: a service compiles what it finds busy.
            for (var round = 0; round <= settings.Rounds; round++)
            {
                foreach (var format in formats)
                {
                    var (begun, processor) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
                    promptTokens = await format.RoundAsync(round);
                    if (round > 0)
                    {
                        format.Rounds.Add(StreamFigures.Of(format.Times, time));
                        busy.Add(100 * (Environment.CpuUsage.TotalTime - processor) / time.GetElapsedTime(begun));
                    }
                }
            }

            Report(output, settings, promptTokens, formats, busy);
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is IOException or ObjectDisposedException)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            Close();
        }
    }

    /// <summary>
    /// The runtime's thread that waits for sockets then also runs what follows a read, in place of handing every one
    /// over to the thread pool. The variables are read when the first socket is made.
    /// </summary>
    private static void ServeSocketsOnOneThread()
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");
    }

    private static void Report(
        TextWriter output, LoadSettings settings, int promptTokens, List<LoadFormat> formats, List<double> busy)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"{settings.Url}: {settings.Clients} clients on open connections, all starting at once; prompts of "
                    + $"{settings.PromptCharacters} characters (at most {promptTokens} tokens), {settings.Tokens} "
                    + $"tokens each; {settings.Rounds} rounds; median (least–most)."));
        output.WriteLine();
        foreach (var format in formats)
        {
            output.WriteLine($"POST {format.Path}:");
            output.WriteLine();
            StreamTable.Write(output, "clients", [(settings.Clients, format.Rounds)]);
        }

        if (formats is [var own, var other])
        {
            // Of the same round, so that what disturbs the machine disturbs both.
            var ratios = other.Rounds.Zip(own.Rounds, (a, b) => 100 * a.TokensPerSecond / b.TokensPerSecond);
            output.WriteLine($"{other.Path} has {Spread.Of(ratios)} % of the tokens/s of {own.Path}.");
        }

        output.WriteLine($"The clients themselves took {Spread.Of(busy)} % of one core.");
    }
}
