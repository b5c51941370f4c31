using System.Globalization;
using LmModel.Numerics;

namespace LmModel.Inference;

/// <summary>A logit of the model is NaN or infinite, so there is no distribution to draw from.</summary>
/// <param name="message">Which logit, and where in the text.</param>
public sealed class NonFiniteLogitsException(string message) : InvalidOperationException(message)
{
    /// <param name="logits">(V).</param>
    /// <param name="position">Tokens of the text before the one that they predict.</param>
    /// <exception cref="NonFiniteLogitsException">One is NaN or infinite.</exception>
    public static void ThrowIfAny(ReadOnlySpan<float> logits, long position)
    {
        if (!Softmax.AllFinite(logits))
        {
            Throw(logits, position);
        }
    }

    private static void Throw(ReadOnlySpan<float> logits, long position)
    {
        var id = 0;
        while (float.IsFinite(logits[id]))
        {
            id++;
        }

        throw new NonFiniteLogitsException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The model gives token {id} the logit {logits[id]} at position {position} of the text; "
                    + $"no token can be drawn."));
    }
}
