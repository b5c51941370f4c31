using LmModel.Networks;
using LmModel.Numerics;
using LmModel.Training.Backpropagation;
using LmModel.Training.Optimization;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training.Backpropagation;

/// <summary>A training gives the same bits whatever vectors the processor has.</summary>
public sealed unsafe class VectorWidthTests
{
    // Not a multiple of 16: the last numbers of a row fill no vector.
    private const int Units = 37;
    private const int Columns = 3;

    public static TheoryData<VectorWidthCase> Cases =>
    [
        .. from cell in Enum.GetValues<Cell>()
           from arithmetic in Enum.GetValues<TrainingArithmetic>()
           from width in Widths
           select new VectorWidthCase(cell, arithmetic, width),
    ];

    private static IEnumerable<string> Widths =>
        Enum.GetNames<VectorWidth>().Where(name => name != nameof(VectorWidth.Scalar));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_cell_step_is_bit_identical_in_every_vector_width(VectorWidthCase test) =>
        Assert.Equal(StepOf(test, VectorWidth.Scalar), StepOf(test, Enum.Parse<VectorWidth>(test.Width)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_embedding_are_bit_identical_in_every_vector_width(VectorWidthCase test) =>
        Assert.Equal(
            LossAndEmbedding(test.Arithmetic, VectorWidth.Scalar),
            LossAndEmbedding(test.Arithmetic, Enum.Parse<VectorWidth>(test.Width)));

    [Fact]
    public void A_weight_update_is_bit_identical_in_every_vector_width()
    {
        var expected = Update(VectorWidth.Scalar);

        Assert.All(Enum.GetValues<VectorWidth>(), width => Assert.Equal(expected, Update(width)));
    }

    /// <summary>All bytes that a step writes, forward and then back.</summary>
    private static byte[] StepOf(VectorWidthCase test, VectorWidth width)
    {
        var random = new Random(7);
        var rows = Columns * Units;
        var gates = rows * test.Cell.Traits().Gates;
        byte[] Numbers(int count) => InFormat(random, count, test.Arithmetic);
        byte[] Floats(int count) => InFormat(random, count, TrainingArithmetic.Fp32);
        byte[][] buffers =
        [
            Numbers(gates), Numbers(gates), Numbers(rows), Numbers(rows), Numbers(rows), Floats(rows), Floats(rows),
            Floats(rows), Floats(rows), Floats(gates / Columns), Floats(gates / Columns),
        ];
        fixed (byte* a = buffers[0], b = buffers[1], before = buffers[2], after = buffers[3], gradient = buffers[4])
        fixed (byte* state = buffers[5], c = buffers[6], next = buffers[7], carried = buffers[8])
        fixed (byte* bias = buffers[9], recurrentBias = buffers[10])
        {
            var step = new CellStep
            {
                Columns = Columns,
                Units = Units,
                Gates = a,
                Recurrent = b,
                Before = before,
                After = after,
                Gradient = gradient,
                State = (float*)state,
                CellBefore = (float*)c,
                CellAfter = (float*)next,
                Carried = (float*)carried,
                Bias = (float*)bias,
                RecurrentBias = (float*)recurrentBias,
            };
            var kernels = TrainingKernels.Of(test.Arithmetic, width).Cells;
            kernels.Forward(test.Cell, step);
            kernels.Backward(test.Cell, step);
        }

        return [.. buffers.SelectMany(buffer => buffer)];
    }

    private static byte[] LossAndEmbedding(TrainingArithmetic arithmetic, VectorWidth width)
    {
        var random = new Random(9);
        float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
        var (logits, x) = (InFormat(random, 4 * Units, arithmetic), InFormat(random, 4 * Units, arithmetic));
        var (table, factors, mask) = (Floats(5 * Units), Floats(5), Floats(2 * Units));
        var kernels = TrainingKernels.Of(arithmetic, width);
        double loss;
        fixed (byte* l = logits, e = x)
        fixed (float* t = table, f = factors, m = mask)
        {
            loss = kernels.Loss
                .Backward(l, 4, Units, [0, 36, 5, 17], Floats(Units), Floats(Units), threads: 2);
            var window = new EmbeddedWindow([4, 0, 4, 2], 2, Units, (nint)f, (nint)m);
            kernels.Embedding.Forward(window, t, e);
            kernels.Embedding.Backward(window, l, t);
        }

        return [.. BitConverter.GetBytes(loss), .. logits, .. x, .. table.SelectMany(BitConverter.GetBytes)];
    }

    private static byte[] Update(VectorWidth width)
    {
        var random = new Random(11);
        var numbers = Enumerable.Range(0, 4)
            .Select(_ => Enumerable.Range(0, 101).Select(_ => random.NextSingle()).ToArray()).ToArray();
        var kernels = AdamWKernels.Of(width);
        double norm;
        fixed (float* value = numbers[0], gradient = numbers[1], mean = numbers[2], variance = numbers[3])
        {
            kernels.Update(value, gradient, mean, variance, 101, 0.7f, 0.999f, 0.01f, 1.5f);
            norm = kernels.SquaredNorm(value, 101);
        }

        return [.. BitConverter.GetBytes(norm), .. numbers.SelectMany(n => n).SelectMany(BitConverter.GetBytes)];
    }

    /// <summary>Random numbers from −2 to 2, as they lie in memory.</summary>
    private static byte[] InFormat(Random random, int count, TrainingArithmetic arithmetic) =>
    [
        .. Enumerable.Range(0, count)
            .Select(_ => BitConverter.GetBytes((4 * random.NextSingle()) - 2))
            .SelectMany(bytes => arithmetic is TrainingArithmetic.Bf16 ? bytes[2..] : bytes),
    ];

    public sealed record VectorWidthCase(Cell Cell, TrainingArithmetic Arithmetic, string Width);
}
