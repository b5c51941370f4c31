using LmModel.Networks;

namespace LmModel.Explanation;

/// <summary>
/// One recurrent layer of a <see cref="NetworkTrace"/> over T steps of B columns, by PyTorch's equations and gate orders;
/// G gates, I inputs, H units.
/// </summary>
internal sealed class LayerTrace
{
    private readonly Cell _cell;
    private readonly RecurrentLayerWeights _weights;
    private readonly int _inputs;
    private readonly int _units;
    private readonly int _columns;
    private readonly int _rows;                                               // G·H
    private readonly double[][] _gates;                                       // (T): (B, G·H), after their functions
    private readonly double[][] _apart;                                       // (T): (B, H), a GRU's W_hn h + b_hn
    private readonly double[][] _h;                                           // (T + 1): (B, H)
    private readonly double[][] _c;                                           // (T + 1): (B, H) of an LSTM

    public LayerTrace(Cell cell, RecurrentLayerWeights weights, int inputs, int units, int steps, int columns)
    {
        (_cell, _weights, _inputs, _units, _columns) = (cell, weights, inputs, units, columns);
        _rows = cell.Traits().Gates * units;
        _gates = new double[steps][];
        _apart = new double[steps][];
        _h = new double[steps + 1][];
        _c = new double[steps + 1][];
        (_h[0], _c[0]) = (new double[columns * units], new double[columns * units]);
    }

    /// <summary>(B, H): the state after a step.</summary>
    public double[] Hidden(int step) => _h[step + 1];

    /// <param name="step">From 0, in order.</param>
    /// <param name="x">(B, I).</param>
    /// <returns>(B, H).</returns>
    public double[] Forward(int step, double[] x)
    {
        var input = Product(_weights.InputWeight, _weights.InputBias, x, _inputs);
        var state = Product(_weights.StateWeight, _weights.StateBias, _h[step], _units);
        var (h, c) = (new double[_columns * _units], new double[_columns * _units]);
        var gates = new double[_columns * _rows];
        var apart = new double[_columns * _units];
        for (var b = 0; b < _columns; b++)
        {
            for (var u = 0; u < _units; u++)
            {
                var (at, row) = ((b * _units) + u, (b * _rows) + u);
                (h[at], c[at]) = Step(
                    input, state, gates, row, out apart[at], _h[step][at], _c[step][at]);
            }
        }

        (_gates[step], _apart[step], _h[step + 1], _c[step + 1]) = (gates, apart, h, c);
        return h;
    }

    /// <param name="above">(T): ∂F/∂h of each step from above, (B, H); null for zero.</param>
    /// <returns>(T): ∂F/∂x, (B, I).</returns>
    public double[][] Backward(double[]?[] above)
    {
        var below = new double[_gates.Length][];
        var (dh, dc) = (new double[_columns * _units], new double[_columns * _units]);
        for (var step = _gates.Length - 1; step >= 0; step--)
        {
            for (var i = 0; i < dh.Length; i++)
            {
                dh[i] += above[step]?[i] ?? 0;
            }

            var (input, state) = (new double[_columns * _rows], new double[_columns * _rows]);
            var direct = new double[_columns * _units];
            for (var b = 0; b < _columns; b++)
            {
                for (var u = 0; u < _units; u++)
                {
                    var (at, row) = ((b * _units) + u, (b * _rows) + u);
                    (direct[at], dc[at]) = Back(step, at, row, dh[at], dc[at], input, state);
                }
            }

            below[step] = Transposed(_weights.InputWeight, input, _inputs, new double[_columns * _inputs]);
            dh = Transposed(_weights.StateWeight, state, _units, direct);
        }

        return below;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private (double H, double C) Step(
        double[] input, double[] state, double[] gates, int row, out double apart, double h, double c)
    {
        apart = 0;
        double Sum(int gate) => input[row + (gate * _units)] + state[row + (gate * _units)];
        double Keep(int gate, double value) => gates[row + (gate * _units)] = value;
        switch (_cell)
        {
            case Cell.RnnTanh:
                return (Keep(0, Math.Tanh(Sum(0))), 0);
            case Cell.RnnRelu:
                return (Keep(0, Math.Max(0, Sum(0))), 0);
            case Cell.Gru:
                var (r, z) = (Keep(0, Sigmoid(Sum(0))), Keep(1, Sigmoid(Sum(1))));
                apart = state[row + (2 * _units)];
                var n = Keep(2, Math.Tanh(input[row + (2 * _units)] + (r * apart)));
                return (((1 - z) * n) + (z * h), 0);
            case Cell.Lstm:
                var (i, f) = (Keep(0, Sigmoid(Sum(0))), Keep(1, Sigmoid(Sum(1))));
                var (g, o) = (Keep(2, Math.Tanh(Sum(2))), Keep(3, Sigmoid(Sum(3))));
                var next = (f * c) + (i * g);
                return (o * Math.Tanh(next), next);
            default:
                throw Cells.Unknown(_cell);
        }
    }

    /// <summary>Writes the gradients of a unit's sums over the input and over the state.</summary>
    /// <returns>What of ∂F/∂h reaches the previous h directly, and ∂F/∂c of the previous c.</returns>
    private (double H, double C) Back(
        int step, int at, int row, double dh, double dc, double[] input, double[] state)
    {
        var gates = _gates[step];
        double Gate(int gate) => gates[row + (gate * _units)];
        void Both(int gate, double value) => input[row + (gate * _units)] = state[row + (gate * _units)] = value;
        switch (_cell)
        {
            case Cell.RnnTanh:
                Both(0, dh * (1 - (Gate(0) * Gate(0))));
                return (0, 0);
            case Cell.RnnRelu:
                Both(0, Gate(0) > 0 ? dh : 0);
                return (0, 0);
            case Cell.Gru:
                var (r, z, n) = (Gate(0), Gate(1), Gate(2));
                var dn = dh * (1 - z) * (1 - (n * n));
                Both(0, dn * _apart[step][at] * r * (1 - r));
                Both(1, dh * (_h[step][at] - n) * z * (1 - z));
                input[row + (2 * _units)] = dn;
                state[row + (2 * _units)] = dn * r;
                return (dh * z, 0);
            case Cell.Lstm:
                var (i, f, g, o) = (Gate(0), Gate(1), Gate(2), Gate(3));
                var tanh = Math.Tanh(_c[step + 1][at]);
                var all = dc + (dh * o * (1 - (tanh * tanh)));
                Both(0, all * g * i * (1 - i));
                Both(1, all * _c[step][at] * f * (1 - f));
                Both(2, all * i * (1 - (g * g)));
                Both(3, dh * tanh * o * (1 - o));
                return (0, all * f);
            default:
                throw Cells.Unknown(_cell);
        }
    }

    /// <summary>x Wᵀ + bias, (B, G·H); the rows of W are read once for all columns.</summary>
    private double[] Product(float[] weight, float[] bias, double[] x, int width)
    {
        var sums = new double[_columns * _rows];
        Parallel.For(0, Environment.ProcessorCount, part =>
        {
            var (first, end) = Part(_rows, part);
            for (var row = first; row < end; row++)
            {
                for (var b = 0; b < _columns; b++)
                {
                    sums[(b * _rows) + row] = bias[row]
                        + Rows.Dot(weight.AsSpan(row * width, width), x.AsSpan(b * width, width));
                }
            }
        });
        return sums;
    }

    /// <summary>target += gradient W, (B, width).</summary>
    private double[] Transposed(float[] weight, double[] gradient, int width, double[] target)
    {
        Parallel.For(0, Environment.ProcessorCount, part =>
        {
            var (first, end) = Part(width, part);
            for (var row = 0; row < _rows; row++)
            {
                for (var b = 0; b < _columns; b++)
                {
                    Rows.Add(
                        weight.AsSpan((row * width) + first, end - first),
                        gradient[(b * _rows) + row],
                        target.AsSpan((b * width) + first, end - first));
                }
            }
        });
        return target;
    }

    private static (int First, int End) Part(int count, int part) =>
        (count * part / Environment.ProcessorCount, count * (part + 1) / Environment.ProcessorCount);
}
