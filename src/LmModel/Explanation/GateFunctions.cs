using System.Numerics;

namespace LmModel.Explanation;

/// <summary>The functions of the gates over vectors, in fp32 to about 2·10⁻⁷.</summary>
internal static class GateFunctions
{
    /// <summary>x ← 1 / (1 + exp(−x)).</summary>
    public static void Sigmoid(Span<float> x)
    {
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector<float>.One / (Vector<float>.One + Vector.Exp(-new Vector<float>(x[i..])))).CopyTo(x[i..]);
        }

        for (; i < x.Length; i++)
        {
            x[i] = 1 / (1 + MathF.Exp(-x[i]));
        }
    }

    /// <summary>x ← tanh x = 1 − 2 / (1 + exp(2x)).</summary>
    public static void Tanh(Span<float> x)
    {
        var two = new Vector<float>(2);
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var exp = Vector.Exp(two * new Vector<float>(x[i..]));
            (Vector<float>.One - (two / (Vector<float>.One + exp))).CopyTo(x[i..]);
        }

        for (; i < x.Length; i++)
        {
            x[i] = MathF.Tanh(x[i]);
        }
    }
}
