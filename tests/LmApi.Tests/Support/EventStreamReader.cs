using System.Text.Json;

namespace LmApi.Tests.Support;

/// <summary>One server-sent event; a comment has no name.</summary>
internal sealed record ServerSentEvent(string? Name, string? Id, JsonElement Data, string? Comment = null);

/// <summary>
/// Reads server-sent events as the WHATWG specification says, strictly: anything else fails the test.
/// </summary>
internal sealed class EventStreamReader(Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream);

    /// <summary>The next event or comment; null at the end.</summary>
    public async Task<ServerSentEvent?> NextAsync()
    {
        string? name = null, id = null, comment = null;
        JsonElement data = default;
        while (await _reader.ReadLineAsync() is { } line)
        {
            if (line.Length == 0)
            {
                return new(name, id, data, comment);
            }

            var (field, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 2)..]);
            switch (field)
            {
                case "event": name = value; break;
                case "id": id = value; break;
                case "data": data = JsonDocument.Parse(value).RootElement; break;
                case "": comment = value; break;
                default: Assert.Fail($"Not a line of an event: {line}"); break;
            }
        }

        return null;
    }

    public async Task<IReadOnlyList<ServerSentEvent>> RestAsync()
    {
        var events = new List<ServerSentEvent>();
        while (await NextAsync() is { } next)
        {
            events.Add(next);
        }

        return events;
    }

    public void Dispose() => _reader.Dispose();
}
