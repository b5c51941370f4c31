using System.Collections;
using LmModel.Tokenization;

namespace LmModel.Scoring;

/// <summary>The tokens of a scored text, made when they are enumerated: a long text keeps only ids and losses.</summary>
/// <param name="ids">(n): the tokens of the text, without given ones.</param>
/// <param name="losses">(n) or (n − 1): −ln p of the last tokens.</param>
/// <param name="tokenizer">The tokenizer of the model.</param>
internal sealed class ScoredTokens(ArraySegment<int> ids, double[] losses, Tokenizer tokenizer)
    : IReadOnlyList<ScoredToken>
{
    private ScoredToken[]? _all;

    public int Count => ids.Count;

    public ScoredToken this[int index] => (_all ??= [.. Decode()])[index];

    public IEnumerator<ScoredToken> GetEnumerator() => (_all ?? Decode()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<ScoredToken> Decode()
    {
        var decoder = new TokenTextDecoder(tokenizer);
        var unscored = ids.Count - losses.Length;
        for (var i = 0; i < ids.Count; i++)
        {
            yield return new(ids[i], decoder.Append(ids[i]), i < unscored ? null : -losses[i - unscored]);
        }
    }
}
