using LmModel.Numerics;

namespace LmModel.Training.Backpropagation;

/// <summary>Looks up the embeddings of the tokens of a window, with dropout, and computes their gradient.</summary>
internal abstract unsafe class EmbeddingPass
{
    /// <summary>x[n] = embedding[token n] · factor of the token · mask of the column.</summary>
    public abstract void Forward(in EmbeddedWindow window, float* embedding, void* x);

    /// <summary>Adds ∂L/∂x to the rows of the embedding's gradient.</summary>
    public abstract void Backward(in EmbeddedWindow window, void* gradient, float* embeddingGradient);
}

/// <param name="Tokens">(T · B); the tokens of a step are adjacent.</param>
/// <param name="Columns">B.</param>
/// <param name="Width">E.</param>
/// <param name="Factors">(V), or null for 1.</param>
/// <param name="Mask">(B, E), or null for 1.</param>
internal readonly unsafe record struct EmbeddedWindow(int[] Tokens, int Columns, int Width, nint Factors, nint Mask)
{
    public float Factor(int token) => Factors == 0 ? 1 : ((float*)Factors)[token];
}

/// <inheritdoc/>
internal sealed unsafe class EmbeddingPass<F, TFormat, T> : EmbeddingPass
    where F : struct, IFloatLanes<F>
    where TFormat : struct, INumberFormat<F, T>
    where T : unmanaged
{
    private const int Lanes = 16;

    public override void Forward(in EmbeddedWindow window, float* embedding, void* x)
    {
        var width = window.Width;
        for (var n = 0; n < window.Tokens.Length; n++)
        {
            var row = embedding + ((long)window.Tokens[n] * width);
            var target = (T*)x + ((long)n * width);
            var factor = F.Create(window.Factor(window.Tokens[n]));
            for (var i = 0; i < width; i += Lanes)
            {
                var value = Partial<F, Fp32Format<F>, float>.Load(row + i, width - i) * factor;
                Partial<F, TFormat, T>.Store(value * Masked(window, n, i), target + i, width - i);
            }
        }
    }

    public override void Backward(in EmbeddedWindow window, void* gradient, float* embeddingGradient)
    {
        var width = window.Width;
        for (var n = 0; n < window.Tokens.Length; n++)
        {
            var row = embeddingGradient + ((long)window.Tokens[n] * width);
            var source = (T*)gradient + ((long)n * width);
            var factor = F.Create(window.Factor(window.Tokens[n]));
            for (var i = 0; i < width; i += Lanes)
            {
                var value = Partial<F, TFormat, T>.Load(source + i, width - i) * factor * Masked(window, n, i);
                Partial<F, Fp32Format<F>, float>.Store(
                    Partial<F, Fp32Format<F>, float>.Load(row + i, width - i) + value, row + i, width - i);
            }
        }
    }

    private static F Masked(in EmbeddedWindow window, int n, int i) => window.Mask == 0
        ? F.Create(1)
        : Partial<F, Fp32Format<F>, float>.Load(
            (float*)window.Mask + ((long)(n % window.Columns) * window.Width) + i, window.Width - i);
}
