using System.Runtime.CompilerServices;

namespace LmModel.Numerics;

/// <summary>The functions of the gates, on 16 numbers at once; the same bits in all widths.</summary>
internal static class LaneFunctions<F>
    where F : struct, IFloatLanes<F>
{
    /// <summary>1 / (1 + exp(−x)); NaN where x is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Sigmoid(F x) => F.Create(1) / (OneIfFinite(x) + Exp(F.Create(0) - x));

    /// <summary>
    /// 1 − 2 / (1 + exp(2x)); off by at most 2·10⁻⁷, which is relative to 1 and not to the result. NaN where x is not
    /// finite.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Tanh(F x) => F.Create(1) - (F.Create(2) / (OneIfFinite(x) + Exp(x + x)));

    /// <summary>max(x, 0); NaN where x is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Relu(F x) => F.MultiplyAdd(x, F.Create(0), F.Max(x, F.Create(0)));

    /// <summary>
    /// 1, or NaN where x is NaN or infinite: 0 · x + 1. <see cref="Exp"/> keeps its argument within bounds, which would
    /// turn a value that is not finite into a number.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F OneIfFinite(F x) => F.MultiplyAdd(x, F.Create(0), F.Create(1));

    /// <summary>
    /// exp(x) = 2ⁿ exp(r), n the integer nearest x / ln 2 and |r| at most ln 2 / 2, exp(r) by its Taylor polynomial of
    /// degree 7; x is limited to ±87, where 2ⁿ is a normal float. Relative error below 2·10⁻⁷. The result for a NaN is
    /// arbitrary.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Exp(F x)
    {
        // ln 2 in two parts: the first has so few bits that its product with n is exact (Cody and Waite 1980).
        const float ln2High = 0.693359375f;
        const float ln2Low = -2.12194440e-4f;
        x = F.Min(F.Max(x, F.Create(-87)), F.Create(87));
        var n = F.Round(x * F.Create(1.44269504f));
        var r = F.MultiplyAdd(n, F.Create(-ln2High), x);
        r = F.MultiplyAdd(n, F.Create(-ln2Low), r);
        var p = F.MultiplyAdd(F.Create(1f / 5040), r, F.Create(1f / 720));
        p = F.MultiplyAdd(p, r, F.Create(1f / 120));
        p = F.MultiplyAdd(p, r, F.Create(1f / 24));
        p = F.MultiplyAdd(p, r, F.Create(1f / 6));
        p = F.MultiplyAdd(p, r, F.Create(0.5f));
        p = F.MultiplyAdd(p, r, F.Create(1));
        p = F.MultiplyAdd(p, r, F.Create(1));
        return F.Scale(p, n);
    }
}
