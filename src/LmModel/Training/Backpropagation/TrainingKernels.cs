using LmModel.Numerics;
using LmModel.Training.Settings;

namespace LmModel.Training.Backpropagation;

/// <summary>What a training computes between matrix products, for one format of numbers and one width of vectors.</summary>
/// <param name="Cells">A step of a cell.</param>
/// <param name="Loss">The loss and its gradient.</param>
/// <param name="Embedding">Lookups of embeddings.</param>
internal sealed record TrainingKernels(CellKernels Cells, SoftmaxLoss Loss, EmbeddingPass Embedding)
{
    /// <summary>Those for the widest vectors that this processor has.</summary>
    /// <param name="arithmetic">What the products are computed in.</param>
    public static TrainingKernels Of(TrainingArithmetic arithmetic) => Of(arithmetic, VectorWidths.Widest);

    /// <param name="arithmetic">What the products are computed in.</param>
    /// <param name="width">Of the vectors; it changes the speed and no bit of a result.</param>
    public static TrainingKernels Of(TrainingArithmetic arithmetic, VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => Of<Float512>(arithmetic),
        VectorWidth.Bits256 => Of<Float256>(arithmetic),
        VectorWidth.Bits128 => Of<Float128>(arithmetic),
        VectorWidth.Scalar => Of<FloatScalar>(arithmetic),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, null),
    };

    private static TrainingKernels Of<F>(TrainingArithmetic arithmetic)
        where F : struct, IFloatLanes<F> =>
        arithmetic is TrainingArithmetic.Bf16 ? Of<F, Bf16Format<F>, ushort>() : Of<F, Fp32Format<F>, float>();

    private static TrainingKernels Of<F, TFormat, T>()
        where F : struct, IFloatLanes<F>
        where TFormat : struct, INumberFormat<F, T>
        where T : unmanaged =>
        new(new CellKernels<F, TFormat, T>(), new SoftmaxLoss<F, TFormat, T>(), new EmbeddingPass<F, TFormat, T>());
}
