using LmCli.Bench.Measures;
using LmCli.Bench.Peers;

namespace LmCli.Bench;

/// <summary>The results of the rounds; each list has one entry per round.</summary>
internal sealed class BenchResult
{
    public required double BytesPerIdleState { get; init; }

    /// <summary>One stream's step and what bounds it, in each precision.</summary>
    public required IReadOnlyList<RooflineFigures> Roofline { get; init; }

    public required IReadOnlyList<(int Streams, List<StreamFigures> Rounds)> Streams { get; init; }

    /// <summary>The model's step alone, by the batch sizes of the peers and 1.</summary>
    public required IReadOnlyList<(Peer Peer, List<double> Rounds)> Steps { get; init; }

    public required IReadOnlyList<(Peer Peer, List<double> Rounds)> Peers { get; init; }

    public List<(StreamFigures Alone, StreamFigures Beside)> LongPrompts { get; } = [];
}
