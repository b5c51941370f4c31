using BenchmarkDotNet.Attributes;
using LmModel.Inference.Managed;
using LmModel.Numerics;
using LmModel.Quantization;

namespace Kernels;

/// <summary>
/// The product of one panel, 64 rows of 512 columns, with the states of some sequences, by each width of vectors.
/// </summary>
public unsafe class ProductBenchmark : IDisposable
{
    private const int K = 512;

    private PackedMatrix? _matrix;
    private Activations _x;
    private Activations _sums;

    /// <summary>All that this processor has.</summary>
    public static IEnumerable<int> Widths =>
        new[] { (512, Float512.IsSupported), (256, Float256.IsSupported), (128, Float128.IsSupported) }
            .Where(width => width.Item2).Select(width => width.Item1);

    [ParamsSource(nameof(Widths))]
    public int Bits { get; set; }

    [ParamsAllValues]
    public Precision Weights { get; set; }

    [Params(1, 4, 32)]
    public int Columns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        float[] weights = [.. Enumerable.Range(0, StepKernels.PanelSums * K).Select(_ => random.NextSingle() - 0.5f)];
        int[] rows = [.. Enumerable.Range(0, StepKernels.PanelSums)];
        _matrix = PackedMatrix.Pack(weights, K, rows, StepKernels.PanelBlocks, Weights);
        _x = Activations.Allocate(Columns, K, Weights is Precision.Int8 ? 1e-4f : null);
        _sums = Activations.Allocate(Columns, StepKernels.PanelSums, null);
    }

    [Benchmark]
    public void Multiply() => Kernels().Multiply(
        _matrix!, 0, StepKernels.PanelBlocks, _x, Columns, _sums.Floats, StepKernels.PanelSums);

    [GlobalCleanup]
    public void Dispose()
    {
        _matrix?.Dispose();
        _x.Free();
        _sums.Free();
        GC.SuppressFinalize(this);
    }

    private StepKernels Kernels() => Bits switch
    {
        512 => StepKernels.Vector512,
        256 => StepKernels.Vector256,
        _ => StepKernels.Vector128,
    };
}
