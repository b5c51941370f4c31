using LmCli.Bench.Measures;
using LmCli.Bench.Peers;
using LmModel.Quantization;

namespace LmCli.Bench;

/// <summary>What to measure.</summary>
internal sealed record BenchSettings
{
    public required BenchNetwork Network { get; init; }

    /// <summary>Numbers of streams side by side.</summary>
    public required IReadOnlyList<int> Streams { get; init; }

    /// <summary>Of each stream and of each peer in each round.</summary>
    public required Budget Budget { get; init; }

    /// <summary>Tokens of each stream's prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>How the engine's model keeps its weights; the roofline is measured in all.</summary>
    public required Precision Precision { get; init; }

    public required int Threads { get; init; }

    public required int Rounds { get; init; }

    /// <summary>The peers; the run disposes them.</summary>
    public required Func<IReadOnlyList<Peer>> OpenPeers { get; init; }
}
