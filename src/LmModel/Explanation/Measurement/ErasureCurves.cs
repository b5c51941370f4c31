using LmModel.Files;
using LmModel.Numerics;

namespace LmModel.Explanation.Measurement;

/// <summary>
/// Measures whether the methods name the tokens that matter: tokens of a context are left out, the most important first,
/// and the target is scored again. Beside the methods stand a random order and recency, the last token first.
/// </summary>
/// <param name="explainer">Explains with the model.</param>
/// <param name="atOnce">Variants in the engine at a time, at least 1.</param>
internal sealed class ErasureCurves(Explainer explainer, int atOnce)
{
    /// <summary>Tokens before a target.</summary>
    public const int ContextTokens = 40;

    /// <summary>Most tokens that are left out.</summary>
    public const int MostErased = 10;

    /// <summary>The name of an order of tokens that knows nothing.</summary>
    public const string Random = "random";

    /// <summary>The name of the order from the last token to the first.</summary>
    public const string Recency = "recency";

    private const long Seed = 2020;

    /// <param name="tokens">The text, longer than a context.</param>
    /// <param name="targets">How many tokens are explained, at equal distances; fewer in a short text.</param>
    /// <param name="methods">The methods; each once.</param>
    /// <param name="progress">Is told how many targets are done.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>A curve for each method, then random and recency.</returns>
    /// <exception cref="ArgumentException">The text is too short.</exception>
    public async Task<IReadOnlyList<ErasureCurve>> MeasureAsync(
        int[] tokens,
        int targets,
        IReadOnlyList<ExplanationMethod> methods,
        Action<int>? progress,
        CancellationToken cancellation)
    {
        if (tokens.Length <= ContextTokens)
        {
            throw new ArgumentException(
                $"The text has {tokens.Length} tokens; a target after a context of {ContextTokens} needs more.");
        }

        var count = Math.Min(targets, tokens.Length - ContextTokens);
        var names = NameLists.Of(typeof(ExplanationMethod));
        string[] orders = [.. methods.Select(method => names[(int)method]), Random, Recency];
        var drops = new List<double[][]>();
        for (var i = 0; i < count; i++)
        {
            var begin = (int)((long)i * (tokens.Length - ContextTokens) / count);
            var target = begin + ContextTokens;
            var request = new ExplanationRequest(tokens[begin..target], [tokens[target]], null, methods);
            drops.Add(await DropsAsync(request, i, cancellation));
            progress?.Invoke(i + 1);
        }

        return [.. orders.Select((order, o) => new ErasureCurve(order, [.. drops.Select(target => target[o])]))];
    }

    /// <summary>Tokens of a context from the most to the least important, by contributions of a method.</summary>
    public static int[] Order(IReadOnlyList<double> contributions) =>
        [.. contributions.Index().OrderByDescending(c => c.Item).ThenByDescending(c => c.Index).Select(c => c.Index)];

    /// <summary>What each token adds when the model reads one token more, from the last one backwards.</summary>
    /// <param name="reach">(n): F of the last token, the last two, …</param>
    /// <param name="empty">F of no token.</param>
    /// <returns>(n), in the order of the text.</returns>
    public static double[] Increments(IReadOnlyList<double> reach, double empty) =>
        [.. reach.Index().Select(k => k.Item - (k.Index == 0 ? empty : reach[k.Index - 1])).Reverse()];

    /// <returns>(orders, K).</returns>
    private async Task<double[][]> DropsAsync(
        ExplanationRequest request, int number, CancellationToken cancellation)
    {
        var length = request.Prompt.Length;
        var explained = await explainer.ExplainAsync(request, atOnce, cancellation);
        var empty = (await explainer.ValuesAsync([[]], request, atOnce, cancellation))[0];
        int[][] orders =
        [
            .. explained.Attributions.Select(a => Order(
                a.Method is ExplanationMethod.Reach ? Increments(a.Values, empty) : a.Values)),
            Order([.. Enumerable.Range(0, length).Select(i => Philox.Uniform(Seed, number, i))]),
            [.. Enumerable.Range(0, length).Reverse()],
        ];
        var erased = Math.Min(MostErased, length);
        var variants = orders.SelectMany(
            order => Enumerable.Range(1, erased).Select(k => Without(request.Prompt, order[..k])));
        var values = await explainer.ValuesAsync([.. variants], request, atOnce, cancellation);
        return [.. values.Chunk(erased).Select(curve => Array.ConvertAll(curve, value => explained.Value - value))];
    }

    private static int[] Without(int[] prompt, int[] left) =>
        [.. prompt.Index().Where(token => !left.Contains(token.Index)).Select(token => token.Item)];
}
