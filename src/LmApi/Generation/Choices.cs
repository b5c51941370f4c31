using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;

namespace LmApi.Generation;

/// <summary>
/// The generations of one answer, numbered from 0: one, or several that run together. Their events are read as they
/// come, whichever has some. One reader.
/// </summary>
internal sealed class Choices : IDisposable
{
    /// <summary>
    /// Generations of an answer in the engine at a time; the others wait here, so that there is room for others'.
    /// </summary>
    public const int AtOnce = 64;

    private readonly Func<GenerationSettings, AdmittedGeneration?> _tryStart;
    private readonly Func<AdmittedGeneration, GenerationReply> _toReply;
    private readonly IReadOnlyList<GenerationSettings> _settings;
    private readonly int _retryAfterSeconds;
    private readonly GenerationReply?[] _replies;
    private readonly List<int> _open = []; // running, or with unread events
    private int _started;
    private int _turn;
    private GenerationEventStream? _awaited; // one of the open, read by timers

    private Choices(
        string id, ModelHost host, IReadOnlyList<GenerationSettings> settings, int retryAfterSeconds,
        CancellationToken aborted)
    {
        (Id, _settings, _retryAfterSeconds) = (id, settings, retryAfterSeconds);
        _tryStart = next => host.TryStart(next, aborted);
        _toReply = admitted => new(id, host.Model.Name, host.Model.Tokenizer, admitted);
        _replies = new GenerationReply?[settings.Count];
    }

    /// <summary>Name of the answer, in its events and in the log.</summary>
    public string Id { get; }

    /// <summary>All events have been read.</summary>
    public bool AreOver => _open.Count == 0 && _started == _settings.Count;

    /// <summary>Starts an answer for the caller of the current request.</summary>
    /// <param name="id">Name of the answer.</param>
    /// <param name="host">The model.</param>
    /// <param name="settings">Of each generation; at least one.</param>
    /// <param name="retryAfterSeconds">For <c>Retry-After</c>.</param>
    /// <param name="aborted">Ends them: the client has left.</param>
    /// <exception cref="ProblemException">429 or 503.</exception>
    public static Choices Start(
        string id, ModelHost host, IReadOnlyList<GenerationSettings> settings, int retryAfterSeconds,
        CancellationToken aborted)
    {
        var choices = new Choices(id, host, settings, retryAfterSeconds, aborted);
        try
        {
            choices.StartMore();
            return choices;
        }
        catch (Exception exception)
        {
            choices.Dispose();
            throw exception is ObjectDisposedException
                ? new ProblemException(ProblemKind.ShuttingDown.With(ProblemKind.ShuttingDown.Meaning))
                : exception;
        }
    }

    /// <summary>A generation that has started.</summary>
    public GenerationReply this[int choice] => _replies[choice]!;

    /// <summary>Takes the next event of any choice, if there is one.</summary>
    /// <exception cref="Exception">All events of a choice have been read, and it ended with this exception.</exception>
    public bool TryRead(out int choice, out GenerationEvent next)
    {
        for (var tried = 0; tried < _open.Count; tried++)
        {
            _turn %= _open.Count;
            choice = _open[_turn];
            if (!this[choice].Events.TryRead(out next))
            {
                _turn++;
                continue;
            }

            if (next.Done is not null)
            {
                _open.RemoveAt(_turn);
                StartMore();
            }

            return true;
        }

        (choice, next) = (0, default);
        return false;
    }

    /// <summary>
    /// Completes when a choice has so many events, or half as many as may be unread, or has ended, or
    /// <see cref="Wake"/> was called. With one choice it allocates nothing.
    /// </summary>
    /// <param name="events">At least 1.</param>
    public ValueTask WaitAsync(int events) => _open.Count switch
    {
        0 => ValueTask.CompletedTask,
        1 => this[_open[0]].Events.WaitAsync(events),
        _ => WaitForAnyAsync(events),
    };

    /// <summary>Ends the current wait, or else the next one; for timers of the reader.</summary>
    public void Wake() => Volatile.Read(ref _awaited)?.Wake();

    /// <summary>Whether the service ended them, even if the client could not be informed. Drops unread events.</summary>
    public bool WereCutOff() => _open.Any(choice => this[choice].WasCutOff());

    /// <summary>Cancels what still runs.</summary>
    public void Dispose()
    {
        foreach (var choice in _open)
        {
            this[choice].Events.Dispose();
        }
    }

    /// <exception cref="ProblemException">429, and none is running that could make room.</exception>
    private void StartMore()
    {
        while (_started < _settings.Count && _open.Count < AtOnce)
        {
            if (_tryStart(_settings[_started]) is { } admitted)
            {
                _replies[_started] = _toReply(admitted);
                _open.Add(_started++);
            }
            else if (_open.Count == 0)
            {
                throw new ProblemException(EngineProblems.Full(_retryAfterSeconds));
            }
            else
            {
                break;
            }
        }

        Volatile.Write(ref _awaited, _open.Count > 0 ? this[_open[0]].Events : null);
    }

    private async ValueTask WaitForAnyAsync(int events)
    {
        var waits = _open.ConvertAll(choice => this[choice].Events.WaitAsync(events).AsTask());
        await Task.WhenAny(waits);
        foreach (var (wait, choice) in waits.Zip(_open))
        {
            if (!wait.IsCompleted)
            {
                // A stream has one wait at a time, and the next round begins one.
                this[choice].Events.Wake();
            }
        }

        await Task.WhenAll(waits);
    }
}
