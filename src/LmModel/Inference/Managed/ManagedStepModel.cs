using System.Runtime.InteropServices;
using LmModel.Networks;
using LmModel.Numerics;
using LmModel.Quantization;

namespace LmModel.Inference.Managed;

/// <summary>
/// Steps a model with vector instructions and without libtorch. The logits and the state of a sequence have the same
/// bits in any batch, with any number of threads, for any division of its tokens into calls, and on any processor.
/// </summary>
/// <remarks>
/// A call iterates over the layers, within a layer over the times, and within a time over the panels of units, which
/// are divided among the threads. The products with the inputs of a layer do not depend on earlier times, so they are
/// computed for all tokens of a call at once: a block of a prompt reads those weights once.
/// <code>
/// layer 0   table[token] ─► + W_hh h ─► gates ─► h      W_ih x of a token, made when it is first read
/// layer 1   W_ih h ───────► + W_hh h ─► gates ─► h
/// output    W h + b                                     for the sequences whose logits are wanted
/// </code>
/// </remarks>
internal sealed unsafe class ManagedStepModel : IStepModel
{
    /// <summary>Tokens of one block of prompts. It bounds the memory of a call, and does not change a bit of the
    /// result.</summary>
    private const int BlockTokens = 512;

    private const int Sums = StepKernels.PanelSums;

    private readonly ModelConfig _config;
    private readonly ThreadTeam _team;
    private readonly StepKernels _kernels;
    private readonly ManagedLayer[] _layers;
    private readonly TokenTable? _table;
    private readonly float* _embedding; // (V, E')
    private readonly OutputLayer _output;
    private readonly ActivationWriter _writer;
    private readonly int _panels;
    private readonly int _width; // H': units, those that fill up the last panel included
    private readonly int _embeddingWidth; // E'
    private readonly bool _statesAreWritten; // by the gates, not after them
    private readonly StepPlan _plan = new();
    private readonly StepBuffers _buffers;

    // Arguments of the current job, for the team.
    private readonly Action<int> _readEmbedding, _gather, _input, _advance, _scatter;
    private RecurrentState[] _states = [];
    private int _layer, _item, _live;
    private Activations _x, _h, _y;

    /// <param name="weights">They are copied.</param>
    /// <param name="precision">How they are stored.</param>
    /// <param name="threads">Threads that compute a step,
    /// including the caller's; at least 1.</param>
    public ManagedStepModel(NetworkWeights weights, Precision precision, int threads)
        : this(weights, precision, threads, StepKernels.Best)
    {
    }

    internal ManagedStepModel(NetworkWeights weights, Precision precision, int threads, StepKernels kernels)
    {
        var config = weights.Config;
        (_config, _kernels, Precision) = (config, kernels, precision);
        var units = ManagedLayer.UnitsOf(config.Cell);
        _panels = (config.HiddenSize + units - 1) / units;
        _width = _panels * units;
        _embeddingWidth = PackedMatrix.RoundUp(config.EmbeddingSize, PackedMatrix.BlockRows);
        var integers = precision is Precision.Int8;
        _writer = new ActivationWriter(
            kernels, config.Cell, PackedMatrix.MaxActivation(Math.Max(config.HiddenSize, config.EmbeddingSize)));
        _statesAreWritten = !integers || _writer.StatesAreBounded;

        var tabled = TokenTable.Pays(_panels, VocabularySize);
        _layers =
        [
            .. Enumerable.Range(0, config.Layers).Select(layer => ManagedLayer.Create(
                config, weights.Layers[layer], tabled && layer == 0 ? Precision.Fp32 : precision, precision)),
        ];
        _buffers = new StepBuffers(
            config.Layers,
            _width,
            tabled ? 0 : _embeddingWidth,
            _panels,
            integers ? 1f / _writer.MaxActivation : null);
        (_readEmbedding, _gather, _input, _advance, _scatter) = (
            ReadEmbedding,
            Gather,
            AddInput,
            AdvancePanel,
            Scatter);

        _team = new ThreadTeam(threads);
        _output = new OutputLayer(weights, precision, kernels, _writer, _team);
        _embedding = PackedMatrix.Copy(weights.Embedding, config.EmbeddingSize, _embeddingWidth);
        if (tabled)
        {
            var embeddings = new Activations(_embedding, _embeddingWidth, null);
            _table = new TokenTable(_layers[0], _panels, embeddings, VocabularySize, kernels);
        }
    }

    public int VocabularySize => _config.VocabularySize;

    public int StateSize => _config.StateSize;

    public Range TopHidden => _config.TopHidden;

    /// <inheritdoc/>
    public int MaxInvariantBatch => int.MaxValue;

    public Precision Precision { get; }

    /// <summary>
    /// Bytes of weights that a step reads, whatever the number of sequences, without the rows of the token table.
    /// </summary>
    public long BytesPerStep =>
        _layers.Sum(layer => layer.State.Bytes) + _layers.Skip(_table is null ? 0 : 1).Sum(layer => layer.Input.Bytes)
        + _output.Bytes;

    /// <inheritdoc/>
    public void Advance(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        StepArguments.Check(this, tokens, lengths, states, logits);
        var most = Math.Max(1, BlockTokens / states.Length);
        for (var from = 0; ; from += most)
        {
            _plan.Make(tokens, lengths, from, most);
            if (_plan.Items == 0)
            {
                break;
            }

            ReadBlock(states);
        }

        if (logits.Length > 0)
        {
            _output.ComputeLogits(states[..(logits.Length / VocabularySize)], logits);
        }
    }

    /// <inheritdoc/>
    public void Share(int items, Action<int> work) => _team.Run(items, work);

    public void Dispose()
    {
        _team.Dispose();
        Array.ForEach(_layers, layer => layer.Dispose());
        _output.Dispose();
        _buffers.Dispose();
        _table?.Dispose();
        NativeMemory.AlignedFree(_embedding);
    }

    private void ReadBlock(ReadOnlySpan<RecurrentState> states)
    {
        Hold(states);
        _buffers.Reserve(_plan.Slots, _plan.Items);
        _team.Run(_plan.Slots, _gather);
        if (_table is null)
        {
            _team.Run(_plan.Items, _readEmbedding);
        }

        for (_layer = 0; _layer < _layers.Length; _layer++)
        {
            // The output of one layer is the input of the next.
            _x = _layer == 0 ? _buffers.Embedded : _buffers.Outputs[(_layer + 1) % 2];
            _y = _buffers.Outputs[_layer % 2];
            if (_plan.Times > 1)
            {
                _team.Run(_panels, _input);
            }

            ReadTimes();
        }

        _team.Run(_plan.Slots, _scatter);
        Array.Clear(_states, 0, states.Length);
    }

    private void ReadTimes()
    {
        _h = _buffers.States.From(_layer * _buffers.Slots);
        for (int time = 0, item = 0; time < _plan.Times; item += _live, time++)
        {
            (_item, _live) = (item, _plan.Live(time));
            _team.Run(_panels, _advance);
            _h = _y.From(item);
            for (var slot = 0; slot < _live && !_statesAreWritten; slot++)
            {
                _writer.WriteState(_buffers.Hidden(_layer, slot), _width, _h.From(slot));
            }
        }
    }

    /// <summary>A span cannot be captured for the team.</summary>
    private void Hold(ReadOnlySpan<RecurrentState> states)
    {
        if (_states.Length < states.Length)
        {
            _states = new RecurrentState[states.Length];
        }

        states.CopyTo(_states);
    }

    /// <summary>Copies the state of a sequence to its slot.</summary>
    private void Gather(int slot)
    {
        var state = _states[_plan.Sequence(slot)].Values;
        var h = _config.HiddenSize;
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            var hidden = _buffers.Hidden(layer, slot);
            CopyFilledUp(state[..h], hidden);
            state = state[h..];
            if (_config.StateVectors > 1)
            {
                CopyFilledUp(state[..h], _buffers.Cells(layer, slot));
                state = state[h..];
            }

            _writer.WriteState(hidden, _width, _buffers.States.From((layer * _buffers.Slots) + slot));
        }
    }

    /// <summary>The padding units of the last panel are set to zero, whatever the slot held before.</summary>
    private void CopyFilledUp(ReadOnlySpan<float> values, float* target)
    {
        values.CopyTo(new Span<float>(target, values.Length));
        new Span<float>(target + values.Length, _width - values.Length).Clear();
    }

    private void Scatter(int slot)
    {
        var state = _states[_plan.Sequence(slot)].Values;
        var h = _config.HiddenSize;
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            new ReadOnlySpan<float>(_buffers.Hidden(layer, slot), h).CopyTo(state);
            state = state[h..];
            if (_config.StateVectors > 1)
            {
                new ReadOnlySpan<float>(_buffers.Cells(layer, slot), h).CopyTo(state);
                state = state[h..];
            }
        }
    }

    private void ReadEmbedding(int item) => _writer.WriteVector(
        _embedding + ((long)_plan.Tokens[item] * _embeddingWidth), _embeddingWidth, _buffers.Embedded.From(item));

    /// <summary>The part of the sums of a panel that depends on the inputs, for all tokens of the block.</summary>
    private void AddInput(int panel)
    {
        var sums = _buffers.PanelSums(panel);
        if (_layer == 0 && _table is not null)
        {
            _table.BeginSums(panel, _plan.Tokens, sums);
            return;
        }

        _layers[_layer].BeginSums(panel, _plan.Items, sums);
        _layers[_layer].AddInput(_kernels, panel, _x, _plan.Items, sums);
    }

    /// <summary>One panel of one time: the part of the sums that depends on the state, then the next state of its
    /// units.</summary>
    private void AdvancePanel(int panel)
    {
        if (_plan.Times == 1)
        {
            AddInput(panel);
        }

        var sums = _buffers.PanelSums(panel) + (_item * Sums);
        _layers[_layer].AddState(_kernels, panel, _h, _live, sums);
        var unit = panel * (_width / _panels);
        var y = _statesAreWritten ? _y.From(_item).At(unit) : default;
        _kernels.Advance(
            _config.Cell, sums, _buffers.Hidden(_layer, 0) + unit, _buffers.Cells(_layer, 0) + unit, _width, _live,
            y, _writer.MaxActivation);
    }
}
