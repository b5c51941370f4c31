using LmCli.Bench.Measures;

namespace LmCli.Bench.Load;

/// <summary>An endpoint under load: its clients, and what they have seen.</summary>
/// <param name="path">Of the endpoint.</param>
/// <param name="completions">Whether it has OpenAI's format.</param>
/// <param name="settings">The load.</param>
/// <param name="time">Clock.</param>
internal sealed class LoadFormat(string path, bool completions, LoadSettings settings, TimeProvider time) : IDisposable
{
    private readonly List<LoadClient> _clients =
    [
        .. Enumerable.Range(0, settings.Clients)
            .Select(_ => new LoadClient(time, completions ? new ChunkCounter() : new EventStreamCounter())),
    ];

    public string Path => path;

    /// <summary>Of each client in the last round.</summary>
    public List<StreamTimes> Times { get; } = [.. Enumerable.Range(0, settings.Clients).Select(_ => new StreamTimes())];

    /// <summary>Figures of the rounds so far.</summary>
    public List<StreamFigures> Rounds { get; } = [];

    /// <exception cref="IOException">Nothing listens at that address.</exception>
    public Task ConnectAsync(CancellationToken cancellation) =>
        Task.WhenAll(_clients.Select(client => client.ConnectAsync(settings.Url, cancellation)));

    /// <summary>All clients ask at once, on connections that are open, and read to the end.</summary>
    /// <returns>The most tokens of a prompt.</returns>
    public async Task<int> RoundAsync(int round)
    {
        // Drawn before any is sent. No two requests are the same, in whatever round; formats ask for the same texts.
        var requests = _clients
            .Select((_, i) => LoadRequest.Create(
                settings.Url, settings.PromptCharacters, settings.Tokens,
                seed: (round * settings.Clients) + i, completions))
            .ToList();
        var promptTokens = await Task.WhenAll(
            _clients.Select((client, i) => client.GenerateAsync(requests[i], Times[i])));
        return promptTokens.Max();
    }

    public void Dispose() => _clients.ForEach(client => client.Dispose());
}
