using BenchmarkDotNet.Attributes;
using LmModel.Generation;

namespace Kernels;

/// <summary>What a full neural cache adds to a token: H = 512, V = 256, on one thread.</summary>
public class NeuralCacheBenchmark : IDisposable
{
    private const int H = 512;
    private const int V = 256;

    private readonly float[][] _states = new float[64][]; // (64, H)
    private readonly float[] _logits = new float[V];
    private readonly float[] _mixed = new float[V];
    private NeuralCache? _cache;
    private int _position;

    [Params(100, 1000, 2000)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        float[] Floats(int count, float bound) =>
            [.. Enumerable.Range(0, count).Select(_ => bound * ((2 * random.NextSingle()) - 1))];
        for (var i = 0; i < _states.Length; i++)
        {
            _states[i] = Floats(H, bound: 1);
        }

        Floats(V, bound: 5).CopyTo(_logits, 0);
        _cache = new NeuralCache(Size, H, V);
        for (var i = 0; i < Size; i++)
        {
            _cache.Add(_states[i % _states.Length], i * 7 % V);
        }
    }

    [Benchmark]
    public void Token()
    {
        var h = _states[++_position % _states.Length];
        _logits.CopyTo(_mixed, 0);
        _cache!.Mix(h, _mixed, theta: 0.3f, lambda: 0.1f);
        _cache.Add(h, _position * 7 % V);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _cache?.Dispose();
        GC.SuppressFinalize(this);
    }
}
