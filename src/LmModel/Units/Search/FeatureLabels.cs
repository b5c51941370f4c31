using System.Text;
using LmModel.Tokenization;

namespace LmModel.Units.Search;

/// <summary>Which of the recorded tokens a feature tells from the others.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Cut">Tokens with a larger value are told from the others.</param>
/// <param name="Values">(n): true for these.</param>
internal sealed record FeatureLabels(IFeature Feature, float Cut, bool[] Values)
{
    /// <summary>Whether there is something to tell apart in both halves.</summary>
    public bool Vary => Varies(Values.AsSpan(0, Values.Length / 2)) && Varies(Values.AsSpan(Values.Length / 2));

    /// <summary>
    /// The same labels at other tokens: each half is rotated by half of itself. Whatever follows them is chance.
    /// </summary>
    public FeatureLabels Elsewhere()
    {
        var quarter = Values.Length / 4;
        return this with
        {
            Values = [.. Enumerable.Range(0, Values.Length).Select(i => Values[Rotated(i, quarter)])],
        };
    }

    /// <summary>The labels of each feature; a token has the value of the last character that it completes.</summary>
    /// <param name="features">The features.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="tokens">The text.</param>
    /// <param name="positions">(n): the tokens to label; the first half of them decides where numbers are cut.</param>
    public static IReadOnlyList<FeatureLabels> Of(
        IReadOnlyList<IFeature> features, Tokenizer tokenizer, int[] tokens, int[] positions)
    {
        var decoder = new TokenTextDecoder(tokenizer);
        var text = new StringBuilder();
        var last = new int[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            last[i] = Math.Max(0, text.Append(decoder.Append(tokens[i])).Length - 1);
        }

        var decoded = text.ToString();
        return [.. features.Select(feature => Of(feature, feature.Values(decoded), positions, last))];
    }

    private static FeatureLabels Of(IFeature feature, float[] values, int[] positions, int[] last)
    {
        var own = Array.ConvertAll(positions, position => values[last[position]]);
        var cut = feature.IsNumber ? own.Take(own.Length / 2).Order().ElementAt(own.Length / 4) : 0;
        return new(feature, cut, Array.ConvertAll(own, value => value > cut));
    }

    private static bool Varies(ReadOnlySpan<bool> labels) => labels.Contains(true) && labels.Contains(false);

    private static int Rotated(int i, int quarter)
    {
        var half = i / (2 * quarter) * 2 * quarter;
        return half + ((i - half + quarter) % (2 * quarter));
    }
}
