namespace LmCli.Bench.Load;

/// <summary>The load on a service.</summary>
internal sealed record LoadSettings
{
    /// <summary>Where it listens; http.</summary>
    public required Uri Url { get; init; }

    /// <summary>Connections, each with one stream at a time.</summary>
    public required int Clients { get; init; }

    /// <summary>Tokens of a stream.</summary>
    public required int Tokens { get; init; }

    public required int PromptCharacters { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Whether to measure completions in OpenAI's format too, in turn.</summary>
    public bool Completions { get; init; }
}
