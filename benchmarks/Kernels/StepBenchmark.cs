using BenchmarkDotNet.Attributes;
using LmCli.Bench;
using LmModel.Inference;
using LmModel.Networks;

namespace Kernels;

/// <summary>One step of B sequences: LSTM 2 × 512, V 256, on one thread.</summary>
public class StepBenchmark : IDisposable
{
    private TorchStepModel? _model;
    private int[] _tokens = [];
    private RecurrentState[] _states = [];
    private float[] _logits = [];

    [Params(1, 8, 32, 128)]
    public int B { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        TorchRuntime.Initialize(threads: 1);
        var network = BenchNetwork.Random(Cell.Lstm, hidden: 512, layers: 2, vocabulary: 256);
        _model = new TorchStepModel(network.Config, network.Weights);
        _tokens = network.Prompt(B, seed: 1);
        _states = [.. Enumerable.Range(0, B).Select(_ => RecurrentState.Zero(_model.StateSize))];
        _logits = new float[B * _model.VocabularySize]; // (B, V)
    }

    [Benchmark]
    public void TorchStep() => _model!.Step(_tokens, _states, _logits);

    [GlobalCleanup]
    public void Dispose()
    {
        _model?.Dispose();
        GC.SuppressFinalize(this);
    }
}
