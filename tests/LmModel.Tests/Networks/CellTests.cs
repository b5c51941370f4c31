using LmModel.Inference;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Training.Backpropagation;
using LmModel.Training.Settings;

namespace LmModel.Tests.Networks;

public sealed class CellTests
{
    public static TheoryData<Cell> All => [.. Enum.GetValues<Cell>()];

    [Theory]
    [MemberData(nameof(All))]
    public void The_traits_of_a_cell_match_its_weights_and_state(Cell cell)
    {
        using var network = new LanguageModel(Tiny(cell));
        var parameters = network.NamedWeights().ToDictionary(p => p.Name, p => p.Value.shape);
        Assert.Equal(cell.Traits().Gates * 6, parameters["rnn.weight_hh_l0"][0]);

        using var model = StepModels.Create(
            network.ReadWeights(), InferenceEngine.Managed, Precision.Fp32, threads: 1);
        var state = RecurrentState.Zero(model.StateSize);
        Assert.Equal(cell.Traits().StateVectors * 6, state.Values.Length);
    }

    [Fact]
    public void An_undefined_cell_is_refused_wherever_cells_are_distinguished()
    {
        var none = (Cell)99;

        Assert.Throws<ArgumentOutOfRangeException>(() => none.Traits());
        var kernels = TrainingKernels.Of(TrainingArithmetic.Fp32).Cells;
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Forward(none, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Backward(none, default));
        Assert.Contains("cell must be rnn_tanh, rnn_relu, gru or lstm, not 99", Tiny(none).Problems());
    }

    private static ModelConfig Tiny(Cell cell) =>
        new() { Cell = cell, VocabularySize = 5, EmbeddingSize = 4, HiddenSize = 6 };
}
