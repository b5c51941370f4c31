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
        var clients = Enumerable.Range(0, settings.Clients).Select(_ => new LoadClient(time)).ToList();
        var times = clients.ConvertAll(_ => new StreamTimes());
        void Close() => clients.ForEach(client => client.Dispose());
        await using var registration = cancellation.Register(Close);
        try
        {
            await Task.WhenAll(clients.Select(client => client.ConnectAsync(settings.Url, cancellation)));
            var (rounds, busy, promptTokens) = (new List<StreamFigures>(), new List<double>(), 0);
            // The first round is not counted, and as long as the others: a service compiles what it finds busy.
            for (var round = 0; round <= settings.Rounds; round++)
            {
                var (begun, processor) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
                promptTokens = await RoundAsync(settings, clients, times, round);
                if (round > 0)
                {
                    rounds.Add(StreamFigures.Of(times, time));
                    busy.Add(100 * (Environment.CpuUsage.TotalTime - processor) / time.GetElapsedTime(begun));
                }
            }

            Report(output, settings, promptTokens, rounds, busy);
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

    /// <summary>All clients ask at once, on connections that are open, and read to the end.</summary>
    private static async Task<int> RoundAsync(
        LoadSettings settings, List<LoadClient> clients, List<StreamTimes> times, int round)
    {
        // Drawn before any is sent. No two requests are the same, in whatever round.
        var requests = clients
            .Select(
                (_, i) =>
                    LoadRequest.Create(
                        settings.Url,
                        settings.PromptCharacters,
                        settings.Tokens,
                        seed: (round * settings.Clients) + i))
            .ToList();
        var promptTokens = await Task.WhenAll(
            clients.Select((client, i) => client.GenerateAsync(requests[i], times[i])));
        return promptTokens.Max();
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
        TextWriter output, LoadSettings settings, int promptTokens, List<StreamFigures> rounds, List<double> busy)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"{settings.Url}: {settings.Clients} clients on open connections, all starting at once; prompts of "
                    + $"{settings.PromptCharacters} characters (at most {promptTokens} tokens), {settings.Tokens} "
                    + $"tokens each; {settings.Rounds} rounds; median (least–most)."));
        output.WriteLine();
        StreamTable.Write(output, "clients", [(settings.Clients, rounds)]);
        output.WriteLine($"The clients themselves took {Spread.Of(busy)} % of one core.");
    }
}
