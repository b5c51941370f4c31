using BenchmarkDotNet.Attributes;
using LmCli.Bench.Measures;
using LmModel.Inference;
using LmModel.Inference.Torch;
using LmModel.Networks;
using LmModel.Quantization;

namespace Kernels;

/// <summary>One step of B sequences: LSTM 2 × 512, V 256, on one thread.</summary>
public class StepBenchmark : IDisposable
{
    private readonly Dictionary<Precision, IStepModel> _managed = [];
    private TorchStepModel? _torch;
    private int[] _tokens = [];
    private int[] _lengths = [];
    private RecurrentState[] _states = [];
    private float[] _logits = [];

    [Params(1, 8, 32, 128)]
    public int B { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        TorchRuntime.Initialize(threads: 1);
        var network = BenchNetwork.Random(Cell.Lstm, hidden: 512, layers: 2, vocabulary: 256);
        _torch = new TorchStepModel(network.Weights);
        foreach (var precision in Enum.GetValues<Precision>())
        {
            _managed[precision] = network.Open(precision, threads: 1);
        }

        _tokens = network.Prompt(B, seed: 1);
        _lengths = [.. Enumerable.Repeat(1, B)];
        _states = [.. Enumerable.Range(0, B).Select(_ => RecurrentState.Zero(_torch.StateSize))];
        _logits = new float[B * _torch.VocabularySize]; // (B, V)
    }

    [Benchmark(Baseline = true)]
    public void Torch() => Step(_torch!);

    [Benchmark]
    public void Fp32() => Step(_managed[Precision.Fp32]);

    [Benchmark]
    public void Bf16() => Step(_managed[Precision.Bf16]);

    [Benchmark]
    public void Int8() => Step(_managed[Precision.Int8]);

    [GlobalCleanup]
    public void Dispose()
    {
        _torch?.Dispose();
        foreach (var model in _managed.Values)
        {
            model.Dispose();
        }

        _managed.Clear();
        GC.SuppressFinalize(this);
    }

    private void Step(IStepModel model) => model.Advance(_tokens, _lengths, _states, _logits);
}
