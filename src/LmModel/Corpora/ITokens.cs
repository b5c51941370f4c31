namespace LmModel.Corpora;

/// <summary>The token ids of a text, in memory or on disk.</summary>
internal interface ITokens
{
    long Length { get; }

    /// <summary>Copies the ids from <paramref name="start"/> on, as many as the destination takes.</summary>
    void CopyTo(long start, Span<int> destination);
}
