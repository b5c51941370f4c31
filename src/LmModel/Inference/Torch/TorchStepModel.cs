using System.Runtime.InteropServices;
using LmModel.Networks;
using static TorchSharp.torch;

namespace LmModel.Inference.Torch;

/// <summary>Steps a model with libtorch: the reference that other step models must agree with.</summary>
/// <remarks>
/// The time of a step is that of reading the weights, so a step is written as products of matrices that are prepared in
/// advance: <c>nn.LSTM</c> packs its weights at every call, at ten times the cost. Any number of sequences can be
/// stepped at once, but libtorch sums in a different order for each number, so the last bits of the logits depend on B.
/// Hence <see cref="MaxInvariantBatch"/> is 1 and the engine steps sequences one by one.
/// </remarks>
internal sealed class TorchStepModel : IStepModel
{
    /// <summary>
    /// Up to this V the product of the first layer with its input is a row of a table (V, G) that is computed once, so
    /// that a step never reads the input weights of that layer. 32 MB at V = 4096 and an LSTM of H = 512.
    /// </summary>
    private const int MaxTableRows = 4096;

    private readonly ModelConfig _config;
    private readonly Tensor _embedding; // (V, E), or (V, G): the first layer's gates of each token
    private readonly bool _embeddingIsTable;
    private readonly TorchLayer[] _layers;
    private readonly Tensor _outputWeight; // (H, V)
    private readonly Tensor _outputBias; // (V)

    /// <param name="weights">They are copied.</param>
    /// <exception cref="TorchUnavailableException">The native libraries do not load on this machine.</exception>
    public TorchStepModel(NetworkWeights weights)
    {
        TorchRuntime.Initialize();
        var config = _config = weights.Config;

        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        long v = config.VocabularySize, h = config.HiddenSize;
        _layers = [.. weights.Layers.Select(layer => TorchLayer.Create(config, layer))];
        var embedding = tensor(weights.Embedding, [v, config.EmbeddingSize]); // (V, E)
        _embeddingIsTable = config.VocabularySize <= MaxTableRows;
        _embedding = (_embeddingIsTable ? _layers[0].InputGates(embedding) : embedding).DetachFromDisposeScope();
        _outputWeight = TorchLayer.Transposed(tensor(weights.Output, [v, h])); // (H, V)
        _outputBias = tensor(weights.OutputBias).DetachFromDisposeScope();
    }

    public int VocabularySize => _config.VocabularySize;

    public int StateSize => _config.StateSize;

    public Range TopHidden => _config.TopHidden;

    /// <inheritdoc/>
    public int MaxInvariantBatch => 1;

    /// <inheritdoc/>
    public void Advance(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        StepArguments.Check(this, tokens, lengths, states, logits);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var batch = new int[states.Length]; // sequences that have a token at this time
        var starts = new int[states.Length];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + lengths[i - 1];
        }

        for (var time = 0; ; time++)
        {
            var size = 0;
            for (var i = 0; i < lengths.Length; i++)
            {
                if (time < lengths[i])
                {
                    batch[size++] = i;
                }
            }

            if (size == 0)
            {
                break;
            }

            var now = new int[size];
            var of = new RecurrentState[size];
            for (var i = 0; i < size; i++)
            {
                now[i] = tokens[starts[batch[i]] + time];
                of[i] = states[batch[i]];
            }

            Step(now, of);
        }

        if (logits.Length > 0)
        {
            var rows = states[..(logits.Length / VocabularySize)]; // (R)
            var top = Read(rows)[(_config.Layers - 1) * _config.StateVectors]; // (R, H): h of the last layer
            Floats(addmm(_outputBias, top, _outputWeight, 1, 1)).CopyTo(logits); // (R, V)
        }
    }

    private void Step(int[] tokens, RecurrentState[] states)
    {
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
    }

    public void Dispose()
    {
        Array.ForEach(_layers, layer => layer.Dispose());
        _embedding.Dispose();
        _outputWeight.Dispose();
        _outputBias.Dispose();
    }

    private Tensor FirstGates(int[] tokens)
    {
        var rows = _embedding.index_select(0, tensor(tokens)); // (B, E) or (B, G)
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

    /// <summary>
    /// A contiguous tensor's memory: <c>data&lt;float&gt;().ToArray()</c> takes thirty times as long.
    /// </summary>
    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
