using System.Runtime.InteropServices;
using LmModel.Networks;
using LmModel.Quantization;

namespace LmModel.Inference.Managed;

/// <summary>
/// The packed weights of one recurrent layer, divided into panels of units. Everything that a panel needs is
/// contiguous, so that one thread computes its gates and its next state without waiting for others.
/// </summary>
/// <remarks>
/// The four blocks of sums of a panel, and which rows add to them:
/// <code>
/// LSTM         i, f, g, o of 16 units        input and state: all four
/// GRU          r, z, n_h, n_x of 16 units    input: r, z, n_x    state: r, z, n_h, since r ⊙ n_h comes between
/// RNN          64 units                      input and state: all four
/// </code>
/// </remarks>
internal sealed unsafe class ManagedLayer : IDisposable
{
    private const int Lanes = PackedMatrix.BlockRows;

    private readonly Cell _cell;

    private ManagedLayer(Cell cell, PackedMatrix input, PackedMatrix state, float* bias)
    {
        (_cell, Input, State) = (cell, input, state);
        Bias = bias;
    }

    /// <summary>W_ih.</summary>
    public PackedMatrix Input { get; }

    /// <summary>W_hh.</summary>
    public PackedMatrix State { get; }

    /// <summary>(panels, 64): the initial values of the sums.</summary>
    private float* Bias { get; }

    private int Blocks => BlocksOf(_cell);

    /// <summary>Units of a panel.</summary>
    public static int UnitsOf(Cell cell) => cell.Traits().Gates > 1 ? Lanes : StepKernels.PanelSums;

    /// <summary>Blocks of a panel in <see cref="Input"/> and <see cref="State"/>.</summary>
    private static int BlocksOf(Cell cell) => cell.Traits().Gates * UnitsOf(cell) / Lanes;

    /// <param name="config">Architecture.</param>
    /// <param name="weights">Of this layer.</param>
    /// <param name="input">Precision of W_ih.</param>
    /// <param name="state">Precision of W_hh.</param>
    public static ManagedLayer Create(
        ModelConfig config, RecurrentLayerWeights weights, Precision input, Precision state)
    {
        var (cell, h) = (config.Cell, config.HiddenSize);
        var rows = Rows(config);
        var blocks = BlocksOf(cell);
        var inputs = weights.InputWeight.Length / (config.Gates * h);
        return new ManagedLayer(
            cell,
            PackedMatrix.Pack(weights.InputWeight, inputs, rows, blocks, input),
            PackedMatrix.Pack(weights.StateWeight, h, rows, blocks, state),
            Biases(config, rows, weights.InputBias, weights.StateBias));
    }

    /// <summary>Initializes the sums of a panel, (columns, 64), with its biases.</summary>
    public void BeginSums(int panel, int columns, float* sums) =>
        StepBuffers.Fill(sums, Bias + (panel * StepKernels.PanelSums), columns, StepKernels.PanelSums);

    /// <summary>sums += W_ih x for one panel.</summary>
    /// <param name="kernels">The arithmetic.</param>
    /// <param name="panel">Which.</param>
    /// <param name="x">(columns, K).</param>
    /// <param name="columns">How many.</param>
    /// <param name="sums">(columns, 64).</param>
    public void AddInput(StepKernels kernels, int panel, Activations x, int columns, float* sums)
    {
        if (_cell.Traits().KeepsStateSumApart)
        {
            kernels.Multiply(Input, panel * Blocks, 2, x, columns, sums, StepKernels.PanelSums);
            kernels.Multiply(Input, (panel * Blocks) + 2, 1, x, columns, sums + (3 * Lanes), StepKernels.PanelSums);
        }
        else
        {
            kernels.Multiply(Input, panel * Blocks, Blocks, x, columns, sums, StepKernels.PanelSums);
        }
    }

    /// <summary>sums += W_hh h for one panel.</summary>
    /// <inheritdoc cref="AddInput"/>
    public void AddState(StepKernels kernels, int panel, Activations h, int columns, float* sums) =>
        kernels.Multiply(State, panel * Blocks, Blocks, h, columns, sums, StepKernels.PanelSums);

    public void Dispose()
    {
        Input.Dispose();
        State.Dispose();
        NativeMemory.AlignedFree(Bias);
    }

    /// <summary>The row of the parameter for each packed row; −1 if the last panel has no such unit.</summary>
    private static int[] Rows(ModelConfig config)
    {
        var (h, units) = (config.HiddenSize, UnitsOf(config.Cell));
        var gates = config.Gates;
        var panels = (h + units - 1) / units;
        return
        [
            .. from panel in Enumerable.Range(0, panels)
               from gate in Enumerable.Range(0, gates)
               from lane in Enumerable.Range(0, units)
               let unit = (panel * units) + lane
               select unit < h ? (gate * h) + unit : -1,
        ];
    }

    private static float* Biases(ModelConfig config, int[] rows, float[] input, float[] state)
    {
        var panelRows = config.Gates * UnitsOf(config.Cell);
        var biases = (float*)PackedMatrix.Allocate(
            (nuint)(rows.Length / panelRows * StepKernels.PanelSums * sizeof(float)));
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] < 0)
            {
                continue;
            }

            var panel = biases + (i / panelRows * StepKernels.PanelSums);
            var at = i % panelRows;
            if (config.Cell.Traits().KeepsStateSumApart && at >= 2 * Lanes)
            {
                (panel[at], panel[at + Lanes]) = (state[rows[i]], input[rows[i]]);
            }
            else
            {
                panel[at] = input[rows[i]] + state[rows[i]];
            }
        }

        return biases;
    }
}
