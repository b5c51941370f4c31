using System.Runtime.InteropServices;
using LmModel.Networks;
using static TorchSharp.torch;

namespace LmModel.Inference;

/// <summary>Steps a model with libtorch: the reference that other step models must agree with.</summary>
/// <remarks>
/// The time of a step is that of reading the weights, so it is written out as products of matrices that lie ready:
/// <c>nn.LSTM</c> packs its weights anew at every call, at ten times the cost. Any number of sequences can be stepped
/// at once, but libtorch picks another order of summation for another number: the last bits of a sequence's logits
/// depend on B. Hence <see cref="MaxInvariantBatch"/> is 1 and the engine steps sequences one by one.
/// </remarks>
public sealed class TorchStepModel : IStepModel
{
    /// <summary>
    /// Up to this V the first layer's product with the input is a row of a table (V, G), made once: a step then never
    /// reads that layer's input weights. 32 MB at V = 4096 and an LSTM of H = 512.
    /// </summary>
    private const int MaxTableRows = 4096;

    private readonly ModelConfig _config;
    private readonly Tensor _embedding; // (V, E), or (V, G): the first layer's gates of each token
    private readonly bool _embeddingIsTable;
    private readonly TorchLayer[] _layers;
    private readonly Tensor _outputWeight; // (H, V)
    private readonly Tensor _outputBias; // (V)

    /// <param name="config">Architecture; valid.</param>
    /// <param name="weights"><see cref="ModelConfig.ParameterShapes"/>, row by row; they are copied.</param>
    /// <exception cref="ArgumentException">
    /// A parameter is missing or has another size; the message names all of them.
    /// </exception>
    /// <exception cref="TorchUnavailableException">The native libraries do not load on this machine.</exception>
    public TorchStepModel(ModelConfig config, IReadOnlyDictionary<string, float[]> weights)
    {
        Check(config, weights);
        TorchRuntime.Initialize();
        _config = config;

        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var shapes = config.ParameterShapes.ToDictionary(p => p.Name, p => p.Shape);
        Tensor Parameter(string name) => tensor(weights[name], shapes[name]);

        _layers = [.. Enumerable.Range(0, config.Layers).Select(l => TorchLayer.Create(config.Cell, l, Parameter))];
        var embedding = Parameter("embedding.weight"); // (V, E)
        _embeddingIsTable = config.VocabularySize <= MaxTableRows;
        _embedding = (_embeddingIsTable ? _layers[0].InputGates(embedding) : embedding).DetachFromDisposeScope();
        _outputWeight = TorchLayer.Transposed(config.TieWeights ? embedding : Parameter("fc.weight")); // (H, V)
        _outputBias = Parameter("fc.bias").DetachFromDisposeScope();
    }

    public int VocabularySize => _config.VocabularySize;

    public int StateSize => _config.StateSize;

    /// <inheritdoc/>
    public int MaxInvariantBatch => 1;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// An id is not below V, or the sizes do not fit one another; nothing has been changed then.
    /// </exception>
    public void Step(ReadOnlySpan<int> tokens, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        Check(tokens, states, logits);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var state = Read(states); // (L * S, B, H)
        var vectors = _config.StateVectors; // S
        Tensor? h = null;
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            var input = layer == 0 ? FirstGates(tokens) : _layers[layer].InputGates(h!); // (B, G)
            var c = vectors == 2 ? state[(layer * vectors) + 1] : null; // (B, H)
            (h, c) = _layers[layer].Advance(input, state[layer * vectors], c); // (B, H)
            Write(h, states, layer * vectors);
            if (c is not null)
            {
                Write(c, states, (layer * vectors) + 1);
            }
        }

        Floats(addmm(_outputBias, h!, _outputWeight, 1, 1)).CopyTo(logits); // (B, V)
    }

    public void Dispose()
    {
        Array.ForEach(_layers, layer => layer.Dispose());
        _embedding.Dispose();
        _outputWeight.Dispose();
        _outputBias.Dispose();
    }

    private Tensor FirstGates(ReadOnlySpan<int> tokens)
    {
        var rows = _embedding.index_select(0, tensor(tokens.ToArray())); // (B, E) or (B, G)
        return _embeddingIsTable ? rows : _layers[0].InputGates(rows); // (B, G)
    }

    private Tensor Read(ReadOnlySpan<RecurrentState> states)
    {
        var (k, b, h) = (_config.Layers * _config.StateVectors, states.Length, _config.HiddenSize);
        var state = empty(k, b, h);
        var floats = Floats(state);
        for (var vector = 0; vector < k; vector++)
        {
            for (var i = 0; i < b; i++)
            {
                states[i].Values.Slice(vector * h, h).CopyTo(floats[(((vector * b) + i) * h)..]);
            }
        }

        return state;
    }

    /// <param name="values">(B, H).</param>
    /// <param name="states">(B).</param>
    /// <param name="vector">Which vector of the states they are.</param>
    private void Write(Tensor values, ReadOnlySpan<RecurrentState> states, int vector)
    {
        var h = _config.HiddenSize;
        var floats = Floats(values);
        for (var i = 0; i < states.Length; i++)
        {
            floats.Slice(i * h, h).CopyTo(states[i].Values[(vector * h)..]);
        }
    }

    /// <summary>A contiguous tensor's memory: <c>data&lt;float&gt;().ToArray()</c> takes thirty times as long.</summary>
    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    private void Check(ReadOnlySpan<int> tokens, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfNotEqual(states.Length, tokens.Length, nameof(states));
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, tokens.Length * VocabularySize, nameof(logits));
        foreach (var id in tokens)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(tokens));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize, nameof(tokens));
        }

        foreach (var state in states)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(state.Values.Length, StateSize, nameof(states));
        }
    }

    private static void Check(ModelConfig config, IReadOnlyDictionary<string, float[]> weights)
    {
        var problems = new List<string>();
        foreach (var (name, shape) in config.ParameterShapes)
        {
            var size = shape.Aggregate(1L, (n, d) => n * d);
            if (weights.GetValueOrDefault(name)?.LongLength is var actual && actual != size)
            {
                problems.Add($"{name} must have {size} numbers, not {actual?.ToString() ?? "none"}");
            }
        }

        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(weights));
        }
    }
}
