using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LmModel.Keys;

/// <summary>The key itself: what its owner sends, and what is kept of it.</summary>
/// <remarks>
/// A key has 256 random bits, so nobody finds it by trying, and a fast hash without a salt protects it: a slow one such
/// as PBKDF2 makes up for passwords that people choose, and would cost that time with every request.
/// </remarks>
internal static class KeyText
{
    /// <summary>Begins every key, so that a scanner for leaked secrets can tell one.</summary>
    public const string Prefix = "lm-";

    private const int RandomBytes = 32;

    /// <summary>A new key: the prefix and 43 characters of base64url.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>SHA-256 of a key, 32 bytes.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
