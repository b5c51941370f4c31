using System.Security.Cryptography;

namespace LmApi.Infrastructure;

/// <summary>Fills a span with random bytes.</summary>
internal delegate void FillRandom(Span<byte> bytes);

/// <summary>
/// Every random choice of the service: seeds for requests without one, and ids. Tests supply their own bytes.
/// </summary>
internal sealed class Chance(FillRandom fill)
{
    public Chance() : this(RandomNumberGenerator.Fill)
    {
    }

    /// <summary>Uniform over 0 … <paramref name="maximum"/>, which is one less than a power of two.</summary>
    public long NextSeed(long maximum) => BitConverter.ToInt64(Bytes()) & maximum;

    /// <summary>64 random bits in hexadecimal, after a prefix.</summary>
    public string NextId(string prefix) => prefix + Convert.ToHexStringLower(Bytes());

    private byte[] Bytes()
    {
        var bytes = new byte[8];
        fill(bytes);
        return bytes;
    }
}
