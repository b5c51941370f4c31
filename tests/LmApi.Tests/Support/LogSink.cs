using Serilog.Core;
using Serilog.Events;

namespace LmApi.Tests.Support;

/// <summary>Keeps the log of a service and lets a test wait for a line.</summary>
internal sealed class LogSink : ILogEventSink
{
    private readonly object _gate = new();
    private readonly List<LogEvent> _events = [];
    private readonly List<(Func<LogEvent, bool> Wanted, TaskCompletionSource<LogEvent> Found)> _waiting = [];

    public IReadOnlyList<LogEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Forgets all events so far.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _events.Clear();
        }
    }

    /// <summary>The message as the console shows it, without quotes around strings.</summary>
    public static string Said(LogEvent logEvent) =>
        logEvent.RenderMessage().Replace("\"", "", StringComparison.Ordinal);

    public void Emit(LogEvent logEvent)
    {
        lock (_gate)
        {
            _events.Add(logEvent);
            foreach (var (_, found) in _waiting.Where(w => w.Wanted(logEvent)).ToList())
            {
                found.TrySetResult(logEvent);
            }
        }
    }

    /// <summary>The first event whose message has this text, now or later.</summary>
    /// <exception cref="TimeoutException">There was none; a test must fail then, not hang.</exception>
    public async Task<LogEvent> WaitForAsync(string text)
    {
        try
        {
            return await Find(text).WaitAsync(RawClient.Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No line of the log has the text '{text}'.");
        }
    }

    private Task<LogEvent> Find(string text)
    {
        bool Wanted(LogEvent e) => Said(e).Contains(text, StringComparison.Ordinal);
        lock (_gate)
        {
            var found = new TaskCompletionSource<LogEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((Wanted, found));
            if (_events.FirstOrDefault(Wanted) is { } earlier)
            {
                found.TrySetResult(earlier);
            }

            return found.Task;
        }
    }
}
