using LmModel.Generation;
using LmModel.Scoring;
using LmModel.Tokenization;

namespace LmModel.Explanation;

/// <summary>
/// Explains with an engine: each method makes variants of the prompt, which are scored like any other text, in the same
/// queue and batches.
/// </summary>
/// <param name="tryStart">Admits a generation; null if the engine is full.</param>
/// <param name="tokenizer">The tokenizer of the model.</param>
/// <param name="startToken">The token that stands for an empty prompt.</param>
/// <param name="network">Computes the methods that look into the network.</param>
internal sealed class Explainer(
    Func<GenerationSettings, CancellationToken, AdmittedGeneration?> tryStart,
    Tokenizer tokenizer,
    int startToken,
    NetworkExplainer network)
{
    private readonly TextScorer _scorer = new(tryStart, tokenizer);

    /// <summary>
    /// Explains why the target follows the prompt. n tokens cost about n² for an erasure and n² / 2 for reach, twice
    /// with a comparison.
    /// </summary>
    /// <param name="request">Valid for the model.</param>
    /// <param name="atOnce">Variants in the engine at a time, at least 1.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EngineFullException">The engine is full without work of this call.</exception>
    public async Task<TextExplanation> ExplainAsync(
        ExplanationRequest request, int atOnce, CancellationToken cancellation)
    {
        var expected = request.Methods.Contains(ExplanationMethod.ErasureExpected)
            ? await ExpectedAsync(request.Prompt, cancellation)
            : new int?[request.Prompt.Length];
        var values = await ValuesAsync([request.Prompt, .. Variants(request, expected)], request, atOnce, cancellation);
        var attributions = new List<TokenAttribution>();
        var next = 1;
        foreach (var method in request.Methods)
        {
            if (NetworkExplainer.Computes(method))
            {
                attributions.Add(await network.ExplainAsync(method, request, cancellation));
                continue;
            }

            attributions.Add(Attribution(method, values[0], values.AsSpan(next, request.Prompt.Length)));
            next += request.Prompt.Length;
        }

        return new(
            Tokens(request.Prompt, expected),
            tokenizer.Decode(request.Target),
            request.Against is null ? null : tokenizer.Decode(request.Against),
            values[0],
            attributions);
    }

    private static IEnumerable<int[]> Variants(ExplanationRequest request, int?[] expected) =>
        request.Methods.Where(method => !NetworkExplainer.Computes(method)).SelectMany(method => method switch
        {
            ExplanationMethod.Erasure => Erasure.Variants(request.Prompt),
            ExplanationMethod.ErasureExpected => ExpectedErasure.Variants(request.Prompt, expected),
            ExplanationMethod.Reach => Reach.Variants(request.Prompt),
            _ => throw new ArgumentOutOfRangeException(nameof(request), method, "There is no such method."),
        });

    private static TokenAttribution Attribution(ExplanationMethod method, double value, ReadOnlySpan<double> variants)
    {
        var values = variants.ToArray();
        return new(method, method is ExplanationMethod.Reach ? values : Array.ConvertAll(values, v => value - v));
    }

    /// <summary>F of each variant: ln p(target), less ln p(against) where the target is compared.</summary>
    public async Task<double[]> ValuesAsync(
        IReadOnlyList<int[]> variants, ExplanationRequest request, int atOnce, CancellationToken cancellation)
    {
        var values = new double[variants.Count];
        var items = variants.Index().SelectMany(variant => Continuations(variant.Item, request)
            .Select(c => ((variant.Index, c.Sign), (ScoreRequest?)c.Request)));
        await foreach (var (item, score) in _scorer.ScoreAsync(items.ToAsyncEnumerable(), atOnce, cancellation))
        {
            values[item.Index] -= item.Sign * score!.Nats;
        }

        return values;
    }

    private IEnumerable<(int Sign, ScoreRequest Request)> Continuations(int[] variant, ExplanationRequest request)
    {
        yield return (1, ScoreRequest.Of(tokenizer, startToken, "", request.Target, variant));
        if (request.Against is not null)
        {
            yield return (-1, ScoreRequest.Of(tokenizer, startToken, "", request.Against, variant));
        }
    }

    /// <summary>The most probable token at each position that is not the token itself.</summary>
    private async Task<int?[]> ExpectedAsync(int[] prompt, CancellationToken cancellation)
    {
        var settings = new GenerationSettings
        {
            PromptTokens = prompt,
            MaxTokens = 0,
            Seed = 0,
            Echo = true,
            Alternatives = 2,
        };
        var expected = new List<int?>();
        await foreach (var item in (tryStart(settings, cancellation) ?? throw new EngineFullException()).Events)
        {
            if (item.Done is null)
            {
                var id = item.Token.Id;
                expected.Add(item.Token.Alternatives.Select(a => (int?)a.Id).FirstOrDefault(other => other != id));
            }
        }

        return [.. expected];
    }

    private ExplainedToken[] Tokens(int[] prompt, int?[] expected)
    {
        var decoder = new TokenTextDecoder(tokenizer);
        return [.. prompt.Zip(expected, (id, other) => new ExplainedToken(id, decoder.Append(id), other))];
    }
}
