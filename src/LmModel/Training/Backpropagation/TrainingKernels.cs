using LmModel.Numerics;
using LmModel.Training.Settings;

namespace LmModel.Training.Backpropagation;

/// <summary>The computations of a training between its matrix products, for one number format and one vector
/// width.</summary>
/// <param name="Cells">A step of a cell.</param>
/// <param name="Loss">The loss and its gradient.</param>
/// <param name="Embedding">Lookups of embeddings.</param>
internal sealed record TrainingKernels(CellKernels Cells, SoftmaxLoss Loss, EmbeddingPass Embedding)
{
    /// <summary>The kernels for the widest vectors that this processor has.</summary>
    /// <param name="arithmetic">The number format of the products.</param>
    public static TrainingKernels Of(TrainingArithmetic arithmetic) => Of(arithmetic, VectorWidths.Widest);

    /// <param name="arithmetic">The number format of the products.</param>
    /// <param name="width">Width of the vectors; it affects the speed but not a single bit of the results.</param>
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
