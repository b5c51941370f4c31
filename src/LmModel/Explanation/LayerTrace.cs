using LmModel.Networks;

namespace LmModel.Explanation;

/// <summary>
/// One recurrent layer of a <see cref="NetworkTrace"/> over T steps of B columns, by PyTorch's equations and gate orders;
/// G gates, I inputs, H units. What does not depend on the state is multiplied for all steps at once.
/// </summary>
internal sealed class LayerTrace(Cell cell, TraceLayer weights, int columns)
{
    private readonly int _rows = weights.State.Rows;                          // G·H
    private readonly int _units = weights.State.Columns;                      // H
    private float[] _gates = [];                                              // (T, B, G·H), after their functions
    private float[] _apart = [];                                              // (T, B, H), a GRU's W_hn h + b_hn
    private float[] _h = [];                                                  // (T + 1, B, H)
    private float[] _c = [];                                                  // (T + 1, B, H) of an LSTM
    private float[] _tanh = [];                                               // (T + 1, B, H), tanh of c

    /// <param name="x">(T, B, I).</param>
    /// <returns>(T, B, H).</returns>
    public float[] Forward(float[] x)
    {
        _gates = weights.Input.Multiply(x);
        AddBias(_gates, weights.InputBias);
        var (state, count) = (columns * _units, _gates.Length / (columns * _rows));
        (_h, _apart) = (new float[(count + 1) * state], new float[count * state]);
        (_c, _tanh) = (new float[(count + 1) * state], new float[(count + 1) * state]);
        for (var step = 0; step < count; step++)
        {
            var sums = weights.State.Multiply(_h.AsSpan(step * state, state));
            AddBias(sums, weights.StateBias);
            var now = step;
            Parallel.For(0, columns, b => Step((now * columns) + b, sums.AsSpan(b * _rows, _rows)));
        }

        return _h[state..];
    }

    /// <param name="above">(T, B, H): ∂F/∂h of each step from above; is overwritten.</param>
    /// <returns>(T, B, I): ∂F/∂x.</returns>
    public float[] Backward(float[] above)
    {
        var input = new float[_gates.Length];                                 // (T, B, G·H): of the sums of the input
        var (state, sums) = (columns * _units, columns * _rows);
        var gradient = new float[sums];                                       // (B, G·H): of the sums of the state
        var (dh, dc) = (new float[state], new float[state]);
        for (var step = (_gates.Length / sums) - 1; step >= 0; step--)
        {
            for (var i = 0; i < state; i++)
            {
                dh[i] += above[(step * state) + i];
            }

            var now = step;
            Parallel.For(0, columns, b => Back(
                (now * columns) + b,
                dh.AsSpan(b * _units, _units),
                dc.AsSpan(b * _units, _units),
                input.AsSpan((now * sums) + (b * _rows), _rows),
                gradient.AsSpan(b * _rows, _rows)));
            var through = weights.State.MultiplyTransposed(gradient);
            for (var i = 0; i < state; i++)
            {
                dh[i] += through[i];
            }
        }

        return weights.Input.MultiplyTransposed(input);
    }

    private static void AddBias(Span<float> sums, float[] bias)
    {
        for (; !sums.IsEmpty; sums = sums[bias.Length..])
        {
            for (var i = 0; i < bias.Length; i++)
            {
                sums[i] += bias[i];
            }
        }
    }

    /// <param name="at">Index of (step, column).</param>
    /// <param name="state">(G·H): the sums of the state.</param>
    private void Step(int at, ReadOnlySpan<float> state)
    {
        var gates = _gates.AsSpan(at * _rows, _rows);
        var h = _h.AsSpan((at + columns) * _units, _units);
        for (var i = 0; i < gates.Length - (cell is Cell.Gru ? _units : 0); i++)
        {
            gates[i] += state[i];
        }

        switch (cell)
        {
            case Cell.RnnTanh:
                GateFunctions.Tanh(gates);
                gates.CopyTo(h);
                break;
            case Cell.RnnRelu:
                for (var u = 0; u < h.Length; u++)
                {
                    h[u] = gates[u] = Math.Max(0, gates[u]);
                }

                break;
            case Cell.Gru:
                StepGru(at, gates, state[(2 * _units)..], h);
                break;
            case Cell.Lstm:
                StepLstm(at, gates, h);
                break;
            default:
                throw Cells.Unknown(cell);
        }
    }

    /// <param name="at">Index of (step, column).</param>
    /// <param name="gates">(3·H): sums of r and z; of n, that of the input.</param>
    /// <param name="state">(H): the sum of the state for n.</param>
    /// <param name="h">(H).</param>
    private void StepGru(int at, Span<float> gates, ReadOnlySpan<float> state, Span<float> h)
    {
        state.CopyTo(_apart.AsSpan(at * _units, _units));
        GateFunctions.Sigmoid(gates[..(2 * _units)]);
        var n = gates[(2 * _units)..];
        for (var u = 0; u < _units; u++)
        {
            n[u] += gates[u] * state[u];
        }

        GateFunctions.Tanh(n);
        var before = _h.AsSpan(at * _units, _units);
        for (var u = 0; u < _units; u++)
        {
            var z = gates[_units + u];
            h[u] = ((1 - z) * n[u]) + (z * before[u]);
        }
    }

    private void StepLstm(int at, Span<float> gates, Span<float> h)
    {
        GateFunctions.Sigmoid(gates[..(2 * _units)]);
        GateFunctions.Tanh(gates.Slice(2 * _units, _units));
        GateFunctions.Sigmoid(gates[(3 * _units)..]);
        var before = _c.AsSpan(at * _units, _units);
        var c = _c.AsSpan((at + columns) * _units, _units);
        for (var u = 0; u < _units; u++)
        {
            c[u] = (gates[_units + u] * before[u]) + (gates[u] * gates[(2 * _units) + u]);
        }

        var tanh = _tanh.AsSpan((at + columns) * _units, _units);
        c.CopyTo(tanh);
        GateFunctions.Tanh(tanh);
        for (var u = 0; u < _units; u++)
        {
            h[u] = gates[(3 * _units) + u] * tanh[u];
        }
    }

    /// <param name="at">Index of (step, column).</param>
    /// <param name="dh">(H): ∂F/∂h; receives what reaches the previous h directly.</param>
    /// <param name="dc">(H): ∂F/∂c; receives that of the previous c.</param>
    /// <param name="input">(G·H): receives the gradient of the sums of the input.</param>
    /// <param name="state">(G·H): receives the gradient of the sums of the state.</param>
    private void Back(int at, Span<float> dh, Span<float> dc, Span<float> input, Span<float> state)
    {
        var gates = _gates.AsSpan(at * _rows, _rows);
        switch (cell)
        {
            case Cell.RnnTanh:
                for (var u = 0; u < dh.Length; u++)
                {
                    input[u] = dh[u] * (1 - (gates[u] * gates[u]));
                }

                dh.Clear();
                break;
            case Cell.RnnRelu:
                for (var u = 0; u < dh.Length; u++)
                {
                    input[u] = gates[u] > 0 ? dh[u] : 0;
                }

                dh.Clear();
                break;
            case Cell.Gru:
                BackGru(at, gates, dh, input, state);
                return;
            case Cell.Lstm:
                BackLstm(at, gates, dh, dc, input);
                break;
            default:
                throw Cells.Unknown(cell);
        }

        input.CopyTo(state);
    }

    private void BackGru(
        int at, ReadOnlySpan<float> gates, Span<float> dh, Span<float> input, Span<float> state)
    {
        var before = _h.AsSpan(at * _units, _units);
        var apart = _apart.AsSpan(at * _units, _units);
        for (var u = 0; u < _units; u++)
        {
            var (r, z, n) = (gates[u], gates[_units + u], gates[(2 * _units) + u]);
            var dn = dh[u] * (1 - z) * (1 - (n * n));
            input[u] = state[u] = dn * apart[u] * r * (1 - r);
            input[_units + u] = state[_units + u] = dh[u] * (before[u] - n) * z * (1 - z);
            input[(2 * _units) + u] = dn;
            state[(2 * _units) + u] = dn * r;
            dh[u] *= z;
        }
    }

    private void BackLstm(int at, ReadOnlySpan<float> gates, Span<float> dh, Span<float> dc, Span<float> input)
    {
        var before = _c.AsSpan(at * _units, _units);
        var tanh = _tanh.AsSpan((at + columns) * _units, _units);
        for (var u = 0; u < _units; u++)
        {
            var (i, f) = (gates[u], gates[_units + u]);
            var (g, o) = (gates[(2 * _units) + u], gates[(3 * _units) + u]);
            var all = dc[u] + (dh[u] * o * (1 - (tanh[u] * tanh[u])));
            input[u] = all * g * i * (1 - i);
            input[_units + u] = all * before[u] * f * (1 - f);
            input[(2 * _units) + u] = all * i * (1 - (g * g));
            input[(3 * _units) + u] = dh[u] * tanh[u] * o * (1 - o);
            (dh[u], dc[u]) = (0, all * f);
        }
    }
}
