using LmCli.Bench.Peers;
using LmModel.Networks;
using Microsoft.ML.OnnxRuntime;

namespace Throughput;

/// <summary>
/// ONNX Runtime at its best: every input and output bound once to pinned memory, the states going to and fro between
/// two buffers, so that a step copies and allocates nothing.
/// </summary>
internal sealed class OnnxPeer : Peer
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly List<IDisposable> _owned = [];
    private readonly long[] _tokens; // (1, B)
    private readonly float[] _logits; // (B, V)

    // The first reads states 0 and writes states 1, the second the other way round.
    private readonly OrtIoBinding[] _bindings = new OrtIoBinding[2];
    private int _steps;

    /// <param name="name">What it is called in the table.</param>
    /// <param name="file">With inputs tok (1,B), h and c (L,B,H), outputs p, h1, c1; see
    /// <see cref="OnnxExport"/>.</param>
    /// <param name="config">The sizes of the network.</param>
    /// <param name="batch">B.</param>
    /// <param name="threads">Intra-op threads.</param>
    public OnnxPeer(string name, byte[] file, ModelConfig config, int batch, int threads)
        : base($"{name}, {(threads == 1 ? "1 thread" : $"{threads} threads")}", batch)
    {
        using var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
        };
        _session = new InferenceSession(file, options);
        _tokens = new long[batch];
        _logits = new float[batch * config.VocabularySize];
        Bind(config);
    }

    public override void Step(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            _tokens[i] = tokens[i];
        }

        _session.RunWithBinding(_run, _bindings[_steps++ % 2]);
        _logits.CopyTo(logits);
    }

    public override void Dispose()
    {
        Array.ForEach(_bindings, binding => binding.Dispose());
        _owned.ForEach(value => value.Dispose());
        _run.Dispose();
        _session.Dispose();
    }

    private void Bind(ModelConfig config)
    {
        OrtValue Pinned<T>(T[] values, long[] shape)
            where T : unmanaged
        {
            var value = OrtValue.CreateTensorValueFromMemory(values, shape);
            _owned.Add(value);
            return value;
        }

        long[] stateShape = [config.Layers, Batch, config.HiddenSize];
        OrtValue[] States() =>
            [
                .. Enumerable
                    .Range(0, 2)
                    .Select(_ => Pinned(new float[config.Layers * Batch * config.HiddenSize], stateShape)),
            ];
        var (tokens, h, c) = (Pinned(_tokens, [1, Batch]), States(), States());

        // A file from elsewhere may have another number of dimensions; the floats are the same.
        var logits = Pinned(
            _logits,
            Array.ConvertAll(_session.OutputMetadata["p"].Dimensions, d => d < 0 ? (long)Batch : d));
        for (var i = 0; i < 2; i++)
        {
            var binding = _bindings[i] = _session.CreateIoBinding();
            binding.BindInput("tok", tokens);
            binding.BindInput("h", h[i]);
            binding.BindInput("c", c[i]);
            binding.BindOutput("p", logits);
            binding.BindOutput("h1", h[1 - i]);
            binding.BindOutput("c1", c[1 - i]);
        }
    }
}
