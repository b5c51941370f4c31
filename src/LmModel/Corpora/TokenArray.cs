namespace LmModel.Corpora;

/// <summary>Token ids in memory.</summary>
internal sealed class TokenArray(int[] ids) : ITokens
{
    public long Length => ids.Length;

    public void CopyTo(long start, Span<int> destination) =>
        ids.AsSpan(checked((int)start), destination.Length).CopyTo(destination);
}
