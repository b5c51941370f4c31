using System.Runtime.InteropServices;
using LmModel.Networks;
using LmModel.Numerics;
using LmModel.Quantization;

namespace LmModel.Inference.Managed;

/// <summary>W h + b: the logits of states.</summary>
internal sealed unsafe class OutputLayer : IDisposable
{
    private const int Sums = StepKernels.PanelSums;

    private readonly ModelConfig _config;
    private readonly StepKernels _kernels;
    private readonly ActivationWriter _writer;
    private readonly ThreadTeam _team;
    private readonly PackedMatrix _weights; // (V', H)
    private readonly float* _bias; // (V')
    private readonly int _width; // V', filled up to whole panels
    private readonly int _hiddenWidth; // H', filled up to whole vectors
    private readonly float? _scale;
    private readonly Action<int> _read, _add;

    private RecurrentState[] _states = [];
    private int _rows;
    private int _capacity;
    private float* _hidden; // (rows, H')
    private Activations _x; // (rows, H')
    private float* _logits; // (rows, V')

    /// <param name="weights">Of the network.</param>
    /// <param name="precision">Of the matrix.</param>
    /// <param name="kernels">The arithmetic.</param>
    /// <param name="writer">How states become activations.</param>
    /// <param name="team">Divides rows of states and panels of logits among threads.</param>
    public OutputLayer(
        NetworkWeights weights,
        Precision precision,
        StepKernels kernels,
        ActivationWriter writer,
        ThreadTeam team)
    {
        var config = weights.Config;
        (_config, _kernels, _writer, _team) = (config, kernels, writer, team);
        _scale = precision is Precision.Int8 ? 1f / writer.MaxActivation : null;
        _hiddenWidth = PackedMatrix.RoundUp(config.HiddenSize, PackedMatrix.BlockRows);
        _width = PackedMatrix.RoundUp(config.VocabularySize, Sums);
        var rows = Enumerable.Range(0, _width).Select(r => r < config.VocabularySize ? r : -1).ToArray();
        _weights = PackedMatrix.Pack(
            weights.Output,
            config.HiddenSize,
            rows,
            StepKernels.PanelBlocks,
            precision);
        _bias = PackedMatrix.Copy(weights.OutputBias, config.VocabularySize, _width);
        (_read, _add) = (ReadState, AddPanel);
    }

    /// <summary>What a product with the weights reads.</summary>
    public long Bytes => _weights.Bytes;

    /// <param name="states">(R).</param>
    /// <param name="logits">Receives (R, V).</param>
    public void ComputeLogits(ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        Reserve(states.Length);
        states.CopyTo(_states);
        _rows = states.Length;
        _team.Run(_rows, _read);
        _team.Run(_width / Sums, _add);
        var v = _config.VocabularySize;
        for (var row = 0; row < _rows; row++)
        {
            new ReadOnlySpan<float>(_logits + ((long)row * _width), v).CopyTo(logits[(row * v)..]);
        }

        Array.Clear(_states, 0, _rows);
    }

    public void Dispose()
    {
        _weights.Dispose();
        NativeMemory.AlignedFree(_bias);
        FreeBuffers();
    }

    /// <summary>h of the last layer.</summary>
    private void ReadState(int row)
    {
        var h = _config.HiddenSize;
        var hidden = _hidden + ((long)row * _hiddenWidth);
        _states[row].Values[_config.TopHidden].CopyTo(new Span<float>(hidden, h));
        _writer.WriteState(hidden, _hiddenWidth, _x.From(row));
    }

    private void AddPanel(int panel)
    {
        var sums = _logits + (panel * Sums);
        StepBuffers.Fill(sums, _bias + (panel * Sums), _rows, _width);
        _kernels.Multiply(
            _weights, panel * StepKernels.PanelBlocks, StepKernels.PanelBlocks, _x, _rows, sums, _width);
    }

    private void Reserve(int rows)
    {
        if (rows > _capacity)
        {
            FreeBuffers();
            _capacity = rows;
            _states = new RecurrentState[rows];
            _hidden = (float*)PackedMatrix.Allocate((nuint)((long)rows * _hiddenWidth * sizeof(float)));
            _x = Activations.Allocate(rows, _hiddenWidth, _scale);
            _logits = (float*)PackedMatrix.Allocate((nuint)((long)rows * _width * sizeof(float)));
        }
    }

    private void FreeBuffers()
    {
        NativeMemory.AlignedFree(_hidden);
        NativeMemory.AlignedFree(_logits);
        _x.Free();
    }
}
