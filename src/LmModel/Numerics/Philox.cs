namespace LmModel.Numerics;

/// <summary>
/// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1,
/// 2, 3", SC 2011). A number is a function of its key and counter alone, with no state between calls: the token at any
/// position of a text can be drawn again from the seed.
/// </summary>
internal static class Philox
{
    private const double TwoToMinus53 = 1.0 / (1L << 53);
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;

    // The golden ratio and √3 − 1: a different key for every round (a Weyl sequence).
    private const uint KeyStep0 = 0x9E3779B9;
    private const uint KeyStep1 = 0xBB67AE85;

    /// <summary>A number in [0, 1), a multiple of 2⁻⁵³.</summary>
    /// <param name="seed">The key: one for each text.</param>
    /// <param name="stream">One for each use of random numbers within a text, so that uses do not share
    /// numbers.</param>
    /// <param name="position">Index within the stream.</param>
    public static double Uniform(long seed, long stream, long position)
    {
        var block = Block(
            ((uint)position, (uint)(position >> 32), (uint)stream, (uint)(stream >> 32)),
            ((uint)seed, (uint)(seed >> 32)));
        var bits = ((ulong)block.X1 << 32) | block.X0;
        return (bits >> 11) * TwoToMinus53;
    }

    /// <summary>
    /// Four pseudorandom words that depend on <paramref name="counter"/> and <paramref name="key"/> only.
    /// </summary>
    public static (uint X0, uint X1, uint X2, uint X3) Block(
        (uint X0, uint X1, uint X2, uint X3) counter, (uint K0, uint K1) key)
    {
        var (x0, x1, x2, x3) = counter;
        var (k0, k1) = key;
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * x0;
            var product1 = (ulong)Multiplier1 * x2;
            (x0, x1, x2, x3) =
                ((uint)(product1 >> 32) ^ x1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ x3 ^ k1, (uint)product0);
            k0 += KeyStep0;
            k1 += KeyStep1;
        }

        return (x0, x1, x2, x3);
    }
}
