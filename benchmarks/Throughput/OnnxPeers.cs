using LmCli.Bench.Measures;
using LmCli.Bench.Peers;
using LmModel.Inference;
using LmModel.Networks;
using LmModel.Quantization;

namespace Throughput;

/// <summary>
/// ONNX Runtime with our export of the measured network and, to judge the export, with another's file.
/// </summary>
internal static class OnnxPeers
{
    private const int AgreementBatch = 3;
    private const int AgreementSteps = 16;
    private const float Tolerance = 1e-4f;

    private static readonly int[] Batches = [1, 32, 128];
    private static readonly int[] Threads = [1, 2];

    /// <param name="network">What is measured.</param>
    /// <param name="file">Another export of a network of the same sizes; its weights may be others.</param>
    public static IEnumerable<Peer> Open(BenchNetwork network, string? file)
    {
        if (network.Config.Cell is not Cell.Lstm)
        {
            Console.Error.WriteLine("ONNX Runtime is left out: the exporter knows LSTMs only.");
            return [];
        }

        var export = OnnxExport.ToFile(network.Weights);
        ThrowIfDifferent(network, export);
        var peers = All("ONNX Runtime", export, network.Config);
        return file is null
            ? peers
            : peers.Concat(All($"ONNX Runtime, {Path.GetFileName(file)}", File.ReadAllBytes(file), network.Config));
    }

    private static IEnumerable<Peer> All(string name, byte[] file, ModelConfig config) =>
        from threads in Threads
        from batch in Batches
        select new OnnxPeer(name, file, config, batch, threads);

    /// <summary>A comparison of different networks would say nothing.</summary>
    private static void ThrowIfDifferent(BenchNetwork network, byte[] export)
    {
        using var model = network.Open(Precision.Fp32, threads: 1);
        using var peer = new OnnxPeer("agreement", export, network.Config, AgreementBatch, threads: 1);
        var states = Enumerable.Range(0, AgreementBatch).Select(_ => RecurrentState.Zero(model.StateSize)).ToArray();
        var (ours, theirs) = (
            new float[AgreementBatch * model.VocabularySize],
            new float[AgreementBatch * model.VocabularySize]
        );
        var worst = 0f;
        for (var step = 0; step < AgreementSteps; step++)
        {
            var tokens = network.Prompt(AgreementBatch, seed: step);
            model.Step(tokens, states, ours);
            peer.Step(tokens, theirs);
            worst = ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Append(worst).Max();
        }

        Console.Error.WriteLine($"logits of ONNX Runtime and the model differ by at most {worst:E1}");
        if (!(worst <= Tolerance))
        {
            throw new InvalidDataException($"ONNX Runtime computes something else: logits differ by {worst}.");
        }
    }
}
