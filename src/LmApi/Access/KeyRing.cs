using System.Security.Cryptography;
using LmModel.Keys;
using Microsoft.Extensions.Options;

namespace LmApi.Access;

/// <summary>A key that the service knows, with what it has left.</summary>
internal sealed record KnownKey(ApiKey Key, byte[] Hash, Quotas Quotas);

/// <summary>
/// The keys of <see cref="AccessOptions.KeysFile"/>, read again every second, so that a new, changed or revoked key
/// takes effect without a restart.
/// </summary>
/// <remarks>
/// The file is read rather than watched: changes of mounted files are not reported everywhere, and an editor, a rename
/// and a Kubernetes volume each change it in another way. One that cannot be read changes nothing.
/// </remarks>
internal sealed partial class KeyRing(IOptions<AccessOptions> options, TimeProvider time, ILogger<KeyRing> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string? _path = options.Value.KeysFile is { } path ? Path.GetFullPath(path) : null;
    private readonly Lock _reading = new();
    private volatile KnownKey[] _keys = [];
    private string _state = "";
    private ITimer? _timer;

    /// <summary>Whether requests need a key.</summary>
    public bool IsOn => _path is not null;

    /// <exception cref="InvalidDataException">The file is not valid; the message says why.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_path is not null)
        {
            _state = State(_path);
            Take(KeyFile.Open(_path));
            _timer = time.CreateTimer(static ring => ((KeyRing)ring!).ReadAgain(), this, Interval, Interval);
            LogRead(_keys.Length, _path);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _timer?.Dispose();

    /// <summary>The key with this text, which may have expired; null for none.</summary>
    /// <remarks>
    /// All hashes are compared in full, so that the time says nothing about them. It would help nobody anyway: who can
    /// choose the beginning of a SHA-256 has found a key.
    /// </remarks>
    public KnownKey? Find(string text)
    {
        var hash = KeyText.Hash(text);
        KnownKey? found = null;
        foreach (var key in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(key.Hash, hash) ? key : found;
        }

        return found;
    }

    /// <summary>Runs on the timer, which does not wait for the last run: one at a time is enough.</summary>
    private void ReadAgain()
    {
        if (!_reading.TryEnter())
        {
            return;
        }

        try
        {
            var state = State(_path!);
            if (state != _state)
            {
                _state = state;
                Take(KeyFile.Open(_path!));
                LogRead(_keys.Length, _path!);
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            LogNotRead(exception.Message.ReplaceLineEndings(" "));
        }
        finally
        {
            _reading.Exit();
        }
    }

    /// <summary>The content of the file, or why there is none: reported once, not every second.</summary>
    private static string State(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>A key that has not changed keeps what it has used.</summary>
    private void Take(IReadOnlyList<ApiKey> keys)
    {
        var known = _keys.ToDictionary(key => key.Key);
        _keys = [.. keys.Select(key => known.GetValueOrDefault(key) ?? new(
            key,
            Convert.FromHexString(key.Sha256),
            Quotas.Of("key", key.RequestsPerMinute, key.TokensPerMinute, time)))];
    }

    [LoggerMessage(LogLevel.Information, "Read {Keys} API keys from {Path}")]
    private partial void LogRead(int keys, string path);

    [LoggerMessage(LogLevel.Error, "The API keys stay as they were: {Reason}")]
    private partial void LogNotRead(string reason);
}
