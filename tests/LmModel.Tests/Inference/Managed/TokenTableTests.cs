using LmModel.Inference;
using LmModel.Inference.Managed;
using LmModel.Networks;
using LmModel.Quantization;

namespace LmModel.Tests.Inference.Managed;

public sealed class TokenTableTests
{
    /// <summary>
    /// Counted, because what it costs in time depends on the processor: without fused multiply-add most of all.
    /// </summary>
    [Theory]
    [InlineData(Cell.Lstm, 3)]
    [InlineData(Cell.Gru, 6)]
    [InlineData(Cell.RnnTanh, 1)]
    public void The_token_table_is_filled_when_a_token_is_first_read_and_not_on_loading(Cell cell, int products)
    {
        var (config, weights) = RandomNetwork.Of(cell, layers: 1, hidden: 37, embedding: 23, vocabulary: 29);
        var kernels = new CountingKernels(columns: 23);
        using var model = new ManagedStepModel(weights, Precision.Int8, threads: 1, kernels);
        Assert.Equal(0, kernels.Products);

        var (a, b) = (RecurrentState.Zero(model.StateSize), RecurrentState.Zero(model.StateSize));
        model.Advance([5, 6, 5, 5], [3, 1], [a, b], []);
        Assert.Equal(2 * products, kernels.Products);
        model.Advance([6, 5, 7], [1, 2], [a, b], []);
        Assert.Equal(3 * products, kernels.Products);
    }

    /// <summary>Counts the products with a matrix of so many columns, which here the input's alone has.</summary>
    private sealed unsafe class CountingKernels(int columns) : StepKernels
    {
        private readonly int _pairs = (columns + 1) / 2;

        public int Products { get; private set; }

        public override void Multiply(
            PackedMatrix matrix, int block, int blocks, Activations x, int columns, float* sums, nint stride)
        {
            Products += matrix.Pairs == _pairs ? columns : 0;
            Scalar.Multiply(matrix, block, blocks, x, columns, sums, stride);
        }

        public override void Advance(
            Cell cell, float* sums, float* h, float* c, nint stride, int columns, Activations y, int maxActivation) =>
            Scalar.Advance(cell, sums, h, c, stride, columns, y, maxActivation);

        public override bool Quantize(float* x, int length, float factor, int limit, short* target) =>
            Scalar.Quantize(x, length, factor, limit, target);
    }
}
