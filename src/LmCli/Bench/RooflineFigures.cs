using LmCli.Bench.Peers;
using LmModel.Quantization;

namespace LmCli.Bench;

/// <summary>One stream's step in one precision, beside how fast the machine reads as many bytes.</summary>
/// <param name="Precision">How the weights are kept.</param>
/// <param name="Bytes">Bytes of weights of a step.</param>
/// <param name="Step">The step.</param>
internal sealed record RooflineFigures(Precision Precision, long Bytes, Peer Step)
{
    /// <summary>Bytes per second, a value a round.</summary>
    public List<double> Bandwidth { get; } = [];

    /// <summary>Steps a second, a value a round.</summary>
    public List<double> Steps { get; } = [];

    /// <summary>Steps a second that reading alone would allow.</summary>
    public IEnumerable<double> Limits => Bandwidth.Select(b => b / Bytes);
}
