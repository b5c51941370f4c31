namespace LmModel.Corpora;

/// <summary>The token ids of a text, in memory or on disk.</summary>
internal interface ITokens
{
    long Length { get; }

    /// <summary>Copies ids, beginning at <paramref name="start"/>, until the destination is full.</summary>
    void CopyTo(long start, Span<int> destination);
}
