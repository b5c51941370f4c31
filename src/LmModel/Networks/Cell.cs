using System.Text.Json.Serialization;
using LmModel.Files;

namespace LmModel.Networks;

/// <summary>The recurrent cell, with the name that it has in <c>config.json</c>, in answers and in options.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Cell>))]
public enum Cell
{
    /// <summary>h' = tanh(W_ih x + b_ih + W_hh h + b_hh) (Elman 1990).</summary>
    [JsonStringEnumMemberName("rnn_tanh")] RnnTanh,

    /// <summary>As <see cref="RnnTanh"/> with max(0, ·) instead of tanh.</summary>
    [JsonStringEnumMemberName("rnn_relu")] RnnRelu,

    /// <summary>Gated recurrent unit (Cho et al. 2014), PyTorch's variant; gates in the order r, z, n.</summary>
    [JsonStringEnumMemberName("gru")] Gru,

    /// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997); gates in the order i, f, g, o.</summary>
    [JsonStringEnumMemberName("lstm")] Lstm,
}

/// <summary>
/// Everything that code outside of a cell's equations needs to know about it: the sizes of its weights and of its
/// state, and what its equations allow.
/// </summary>
/// <param name="Name">As people write it.</param>
/// <param name="Gates">Blocks of H rows in W_ih, W_hh and both biases, as many as there are gates.</param>
/// <param name="StateVectors">Vectors of H numbers that are carried from step to step: h, and for an LSTM c.</param>
internal sealed record CellTraits(string Name, int Gates, int StateVectors)
{
    /// <summary>h is always within ±1.</summary>
    public bool StateIsBounded { get; init; } = true;

    /// <summary>
    /// The last gate's sum over the state is kept apart from its sum over the input, including biases, because another
    /// gate multiplies it (a GRU's r ⊙ (W_hn h + b_hn)). If false, the two sums and biases may be added at once.
    /// </summary>
    public bool KeepsStateSumApart { get; init; }

    /// <summary>Index of the gate that lets the state through; null if there is none.</summary>
    public int? ForgetGate { get; init; }

    public bool HasCellState => StateVectors > 1;
}

/// <summary>The cells and their traits.</summary>
internal static class Cells
{
    private static readonly CellTraits RnnTanh = new("tanh RNN", Gates: 1, StateVectors: 1);
    private static readonly CellTraits RnnRelu = RnnTanh with { Name = "ReLU RNN", StateIsBounded = false };
    private static readonly CellTraits Gru = new("GRU", Gates: 3, StateVectors: 1) { KeepsStateSumApart = true };
    private static readonly CellTraits Lstm = new("LSTM", Gates: 4, StateVectors: 2) { ForgetGate = 1 };

    /// <summary>Such as <c>rnn_tanh, rnn_relu, gru or lstm</c>, for messages.</summary>
    internal static string Choices { get; } = NameLists.OneOf(typeof(Cell));

    /// <summary>Such as LSTM or tanh RNN.</summary>
    public static string Name(this Cell cell) => cell.Traits().Name;

    /// <exception cref="ArgumentOutOfRangeException">It is not a cell.</exception>
    internal static CellTraits Traits(this Cell cell) => cell switch
    {
        Cell.RnnTanh => RnnTanh,
        Cell.RnnRelu => RnnRelu,
        Cell.Gru => Gru,
        Cell.Lstm => Lstm,
        _ => throw Unknown(cell),
    };

    /// <summary>The exception that a switch over cells throws for a cell without a case.</summary>
    internal static ArgumentOutOfRangeException Unknown(Cell cell) => new(nameof(cell), cell, "There is no such cell.");
}
