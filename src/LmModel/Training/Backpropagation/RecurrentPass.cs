using LmModel.Networks;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training.Backpropagation;

/// <summary>
/// One recurrent layer over a window of T steps of B columns, forward and backward (Werbos 1990), with all independent
/// products of a window computed at once.
/// </summary>
/// <remarks>
/// <code>
/// forward    gates[0…T) = x W_ihᵀ                     one product
///            gates[t]  += h[t] W_hhᵀ,  cell           T products, each depends on the last
/// back       cell,  dh[t−1] += dgates[t] W_hh         T products, each depends on the last
///            dx = dgates W_ih,  dW_ih = dgatesᵀ x,  dW_hh = dgatesᵀ h     three products
/// </code>
/// libtorch's own layer (oneDNN) uses the same algorithm; docs/benchmarks.md compares the two.
/// </remarks>
internal sealed unsafe class RecurrentPass : IDisposable
{
    private readonly Cell _cell;
    private readonly CellKernels _kernels;
    private readonly int _columns, _units, _gateCount;
    private readonly Tensor _gates; // (T, B, G·H)
    private readonly Tensor? _recurrent; // (T, B, 3H), GRU only
    private readonly Tensor _h; // (T + 1, B, H): before each step, and after the last
    private readonly Tensor? _c; // (T + 1, B, H) fp32, LSTM only
    private readonly Tensor _gradient; // (T, B, H): ∂L/∂h
    private readonly Tensor _state; // (B, H) fp32
    private readonly Tensor _carried; // (B, H) fp32
    private readonly Tensor[] _gatesAt, _recurrentAt, _hAt, _gradientAt;

    /// <param name="cell">The cell.</param>
    /// <param name="columns">B.</param>
    /// <param name="steps">Maximum number of steps in a window.</param>
    /// <param name="units">H.</param>
    /// <param name="gates">G.</param>
    /// <param name="arithmetic">The number format of the products.</param>
    public RecurrentPass(Cell cell, int columns, int steps, int units, int gates, TrainingArithmetic arithmetic)
    {
        (_cell, _columns, _units, _gateCount) = (cell, columns, units, gates);
        _kernels = TrainingKernels.Of(arithmetic).Cells;
        var type = Memory.Type(arithmetic);
        Tensor Buffer(long rows, long width, ScalarType format) =>
            Memory.Owned(zeros(rows, columns, width, dtype: format));

        _gates = Buffer(steps, gates * units, type);
        _recurrent = cell.Traits().KeepsStateSumApart ? Buffer(steps, gates * units, type) : null;
        _h = Buffer(steps + 1, units, type);
        _c = cell.Traits().HasCellState ? Buffer(steps + 1, units, ScalarType.Float32) : null;
        _gradient = Buffer(steps, units, type);
        _state = Memory.Owned(zeros(columns, units));
        _carried = Memory.Owned(zeros(columns, units));
        (_gatesAt, _hAt, _gradientAt) = (Memory.Rows(_gates), Memory.Rows(_h), Memory.Rows(_gradient));
        _recurrentAt = _recurrent is null ? [] : Memory.Rows(_recurrent);
    }

    /// <summary>(B, H) fp32: h before the window; after <see cref="Forward"/>, h at the end of the window.</summary>
    public Tensor State => _state;

    /// <summary>The same for c of an LSTM.</summary>
    public Tensor? CellState { get; private set; }

    /// <summary>Starts the window from a given state.</summary>
    /// <param name="h">(B, H).</param>
    /// <param name="c">(B, H), LSTM only.</param>
    public void Begin(Tensor h, Tensor? c)
    {
        _state.copy_(h);
        _hAt[0].copy_(h);
        if (_c is not null)
        {
            using var first = _c.select(0, 0);
            first.copy_(c!);
        }
    }

    /// <param name="x">(T, B, E) in the products' format.</param>
    /// <param name="weights">The weights of this layer.</param>
    /// <returns>(T, B, H): h after each step, as a view that the next window overwrites.</returns>
    public Tensor Forward(Tensor x, LayerWeights weights)
    {
        var steps = (int)x.shape[0];
        Flat(_gates, steps).addmm_(Flat(x, steps), weights.Ih.t(), 0, 1);     // (T·B, G·H)
        var hh = weights.Hh.t();
        for (var t = 0; t < steps; t++)
        {
            if (_recurrent is not null)
            {
                _recurrentAt[t].addmm_(_hAt[t], hh, 0, 1);                    // (B, 3H)
            }
            else
            {
                _gatesAt[t].addmm_(_hAt[t], hh, 1, 1);                        // (B, G·H)
            }

            _kernels.Forward(_cell, Step(t, weights));
        }

        CellState?.Dispose();
        CellState = _c is null ? null : Memory.Owned(_c.select(0, steps).clone());
        return _h.narrow(0, 1, steps);
    }

    /// <summary>(T, B, H): receives ∂L/∂h of each step before <see cref="Backward"/> is called.</summary>
    public Tensor Gradient(int steps) => _gradient.narrow(0, 0, steps);

    /// <param name="x">The argument of <see cref="Forward"/>.</param>
    /// <param name="weights">The same weights as in <see cref="Forward"/>.</param>
    /// <param name="gradients">Receives the gradients of the weights.</param>
    /// <param name="below">Receives ∂L/∂x, (T, B, E) in the products' format.</param>
    public void Backward(Tensor x, LayerWeights weights, LayerGradients gradients, Tensor below)
    {
        var steps = (int)x.shape[0];
        _carried.zero_();
        var deltasAt = _recurrent is null ? _gatesAt : _recurrentAt;
        for (var t = steps - 1; t >= 0; t--)
        {
            if (t < steps - 1)
            {
                _gradientAt[t].addmm_(deltasAt[t + 1], weights.Hh, 1, 1);     // (B, H)
            }

            _kernels.Backward(_cell, Step(t, weights));
        }

        var deltas = Flat(_gates, steps);                                     // (T·B, G·H)
        var recurrentDeltas = Flat(_recurrent ?? _gates, steps);
        gradients.Ih.copy_(deltas.t().mm(Flat(x, steps)));
        gradients.Hh.copy_(recurrentDeltas.t().mm(Flat(_h, steps)));
        gradients.BiasIh.copy_(deltas.sum(0, type: ScalarType.Float32));
        gradients.BiasHh.copy_(
            _recurrent is null ? gradients.BiasIh : recurrentDeltas.sum(0, type: ScalarType.Float32));
        Flat(below, steps).addmm_(deltas, weights.Ih, 0, 1); // (T·B, E)
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[
            .. _gatesAt, .. _recurrentAt, .. _hAt, .. _gradientAt,
            _gates, _recurrent, _h, _c, _gradient, _state, _carried, CellState])
        {
            tensor?.Dispose();
        }
    }

    private static Tensor Flat(Tensor x, int steps) => x.narrow(0, 0, steps).view(-1, x.shape[2]);

    private CellStep Step(int t, LayerWeights weights)
    {
        var cells = _c is null ? null : Memory.Floats(_c);
        var size = (long)_columns * _units;
        return new CellStep
        {
            Columns = _columns,
            Units = _units,
            Gates = Memory.Address(_gatesAt[t]),
            Recurrent = _recurrent is null ? null : Memory.Address(_recurrentAt[t]),
            Bias = Memory.Floats(weights.Bias),
            RecurrentBias = weights.RecurrentBias is { } bias ? Memory.Floats(bias) : null,
            Before = Memory.Address(_hAt[t]),
            After = Memory.Address(_hAt[t + 1]),
            State = Memory.Floats(_state),
            CellBefore = cells + (t * size),
            CellAfter = cells + ((t + 1) * size),
            Gradient = Memory.Address(_gradientAt[t]),
            Carried = Memory.Floats(_carried),
        };
    }
}

/// <summary>The weights of a layer for one window, in the products' format; the recurrent weights are those after
/// weight drop.</summary>
/// <param name="Ih">(G·H, E).</param>
/// <param name="Hh">(G·H, H).</param>
/// <param name="Bias">(G·H) fp32: b_ih, plus b_hh except for a GRU.</param>
/// <param name="RecurrentBias">(3H) fp32, GRU only: b_hh.</param>
internal sealed record LayerWeights(Tensor Ih, Tensor Hh, Tensor Bias, Tensor? RecurrentBias);

/// <summary>The gradients of a layer, fp32, in the shapes of the parameters.</summary>
internal sealed record LayerGradients(Tensor Ih, Tensor Hh, Tensor BiasIh, Tensor BiasHh);
