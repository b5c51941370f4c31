namespace LmCli.Bench.Load;

/// <summary>People who type, each of whose keystrokes asks a service for completions.</summary>
internal sealed record TypingSettings
{
    /// <summary>Keystrokes of a typist per second: about 60 words a minute.</summary>
    public const int Rate = 5;

    /// <summary>Characters that stand there before a typist begins.</summary>
    public const int Characters = 200;

    /// <summary>Where it listens; http.</summary>
    public required Uri Url { get; init; }

    /// <summary>Typists at the same time, each with a connection.</summary>
    public required int Typists { get; init; }

    /// <summary>Keystrokes of a typist in a round.</summary>
    public required int Keystrokes { get; init; }

    public required int Rounds { get; init; }
}
