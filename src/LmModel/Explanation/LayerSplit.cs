namespace LmModel.Explanation;

/// <summary>
/// One LSTM layer of a <see cref="ContextualDecomposition"/> of n tokens: its state, and the part β of it that each
/// token brought; H units.
/// </summary>
internal sealed class LayerSplit(TraceLayer weights, int columns)
{
    private readonly int _units = weights.State.Columns;
    private readonly float[] _bias = [.. weights.InputBias.Zip(weights.StateBias, (input, state) => input + state)];
    private readonly float[] _c = new float[weights.State.Columns];           // (H)
    private readonly float[] _tanh = new float[weights.State.Columns];        // (H), tanh of c
    private readonly float[] _relevantC = new float[columns * weights.State.Columns]; // (n, H)

    /// <summary>(H): h.</summary>
    public float[] Hidden { get; } = new float[weights.State.Columns];

    /// <summary>(n, H): β of h.</summary>
    public float[] Relevant { get; } = new float[columns * weights.State.Columns];

    /// <param name="x">(I).</param>
    /// <param name="relevant">(read, I): β of x.</param>
    /// <param name="read">Tokens that were read, this one included; the β of the others is zero.</param>
    /// <param name="token">The column of this token; beyond all of them if it is not decomposed.</param>
    /// <returns>h and β of h, (read, H).</returns>
    public (float[] X, float[] Relevant) Step(float[] x, float[] relevant, int read, int token)
    {
        var rows = weights.State.Rows;                                        // 4·H
        var sums = weights.Input.Multiply(x);
        var ofState = weights.State.Multiply(Hidden);
        for (var i = 0; i < rows; i++)
        {
            sums[i] += ofState[i] + _bias[i];
        }

        var parts = weights.Input.Multiply(relevant);                         // (read, 4·H)
        var partsOfState = weights.State.Multiply(Relevant.AsSpan(0, read * _units));
        var (gates, biases) = (Activated(sums), Activated(_bias));
        for (var u = 0; u < _units; u++)
        {
            _c[u] = (gates[_units + u] * _c[u]) + (gates[u] * gates[(2 * _units) + u]);
        }

        _c.CopyTo(_tanh, 0);
        GateFunctions.Tanh(_tanh);

        Parallel.For(0, read, b =>
        {
            var part = parts.AsSpan(b * rows, rows);
            for (var i = 0; i < rows; i++)
            {
                part[i] += partsOfState[(b * rows) + i];
            }

            Split(b, part, sums, gates, biases, token == b);
        });
        for (var u = 0; u < _units; u++)
        {
            Hidden[u] = gates[(3 * _units) + u] * _tanh[u];
        }

        return (Hidden, Relevant[..(read * _units)]);
    }

    /// <summary>The next β of a token.</summary>
    /// <param name="column">Of the token.</param>
    /// <param name="part">(4·H): what of the sums comes from the token.</param>
    /// <param name="sums">(4·H): all of it, with the bias.</param>
    /// <param name="gates">(4·H): the functions of the sums.</param>
    /// <param name="biases">(4·H): the functions of the bias.</param>
    /// <param name="isRead">This token is read now, so that what the biases alone make is counted with it.</param>
    private void Split(
        int column, ReadOnlySpan<float> part, float[] sums, float[] gates, float[] biases, bool isRead)
    {
        var (alone, rest) = (new float[part.Length], new float[part.Length]);
        for (var i = 0; i < part.Length; i++)
        {
            alone[i] = part[i] + _bias[i];
            rest[i] = sums[i] - part[i];
        }

        Activate(alone);
        Activate(rest);
        // What the token contributes to a gate: the mean of adding it first, after the bias, and of adding it last.
        float Of(int i) => (alone[i] - biases[i] + gates[i] - rest[i]) / 2;
        var c = _relevantC.AsSpan(column * _units, _units);
        var (with, without) = (new float[_units], new float[_units]);
        for (var u = 0; u < _units; u++)
        {
            var (i, f, g) = (u, _units + u, (2 * _units) + u);
            var added = (Of(i) * (Of(g) + biases[g])) + (biases[i] * Of(g)) + (isRead ? biases[i] * biases[g] : 0);
            c[u] = ((Of(f) + biases[f]) * c[u]) + added;
            (with[u], without[u]) = (c[u], _c[u] - c[u]);
        }

        GateFunctions.Tanh(with);
        GateFunctions.Tanh(without);
        var h = Relevant.AsSpan(column * _units, _units);
        for (var u = 0; u < _units; u++)
        {
            h[u] = gates[(3 * _units) + u] * (with[u] + _tanh[u] - without[u]) / 2;
        }
    }

    private float[] Activated(float[] sums)
    {
        var gates = sums.ToArray();
        Activate(gates);
        return gates;
    }

    private void Activate(Span<float> gates)
    {
        GateFunctions.Sigmoid(gates[..(2 * _units)]);
        GateFunctions.Tanh(gates.Slice(2 * _units, _units));
        GateFunctions.Sigmoid(gates[(3 * _units)..]);
    }
}
