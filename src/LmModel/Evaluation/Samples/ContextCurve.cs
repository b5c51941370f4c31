using LmModel.Checkpoints;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Numerics;
using LmModel.Tokenization;

namespace LmModel.Evaluation.Samples;

/// <summary>What a model loses where it sees only the last tokens of a context as they were.</summary>
/// <param name="Intact">How many of the last tokens of the context are as they were.</param>
/// <param name="Replaced">By passage, bits more than with the whole context, and bytes: the tokens before are those of
/// another passage.</param>
/// <param name="Shuffled">The same: the tokens before are the passage's own in random order.</param>
internal sealed record ContextLoss(int Intact, IReadOnlyList<Share> Replaced, IReadOnlyList<Share> Shuffled);

/// <summary>
/// How far back a model uses its context (Khandelwal et al. 2018, "Sharp Nearby, Fuzzy Far Away", section 4): its loss
/// on the end of passages with the beginning of their context replaced or shuffled, less that with it.
/// </summary>
internal static class ContextCurve
{
    /// <summary>Tokens of a context.</summary>
    public const int Context = 256;

    /// <summary>Tokens whose loss is measured, after the context.</summary>
    public const int Scored = 32;

    /// <summary>How many of the last tokens of the context are left as they were.</summary>
    public static readonly IReadOnlyList<int> Distances = [1, 4, 16, 64, 128];

    /// <summary>Passages at most, and what is asked of the engine at once.</summary>
    private const int MostPassages = 128;

    private const long Seed = 2018;

    /// <param name="folder">Tokenizer and start token.</param>
    /// <param name="model">Left open.</param>
    /// <param name="text">Not trained on.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    /// <returns>One for each distance; none where the text has fewer than two passages.</returns>
    public static Task<IReadOnlyList<ContextLoss>> MeasureAsync(
        ModelFolder folder, IStepModel model, string text, CancellationToken cancellation) =>
        MeasureAsync(folder.Tokenizer, folder.Config.StartToken, model, text, cancellation);

    internal static async Task<IReadOnlyList<ContextLoss>> MeasureAsync(
        Tokenizer tokenizer, int startToken, IStepModel model, string text, CancellationToken cancellation)
    {
        const int Length = Context + Scored;
        var tokens = tokenizer.Encode(text, cancellation);
        var count = Math.Min(MostPassages, tokens.Length / Length);
        if (count < 2)
        {
            return [];
        }

        var passages = Enumerable.Range(0, count)
            .Select(i => tokens.AsSpan((int)((long)i * tokens.Length / count), Length).ToArray()).ToList();
        var bytes = passages.ConvertAll(p => p[Context..].Sum(id => (long)tokenizer.TokenBytes(id).Length));
        using var engine = new GenerationEngine(
            model, tokenizer, startToken,
            GenerationEngineOptions.Unbounded with { MaxActive = MostPassages, PrefixCacheBytes = 0 },
            TimeProvider.System);
        var whole = await BitsAsync(passages);
        var curve = new List<ContextLoss>();
        foreach (var intact in Distances)
        {
            var replaced = await BitsAsync([.. passages.Select(
                (p, i) => (int[])[.. passages[(i + 1) % count][..(Context - intact)], .. p[(Context - intact)..]])]);
            var shuffled = await BitsAsync([.. passages.Select(
                (p, i) => (int[])[.. Shuffle(p[..(Context - intact)], i), .. p[(Context - intact)..]])]);
            curve.Add(new(intact, More(replaced), More(shuffled)));
        }

        return curve;

        IReadOnlyList<Share> More(double[] bits) => [.. bits.Select((b, i) => new Share(b - whole[i], bytes[i]))];

        async Task<double[]> BitsAsync(IReadOnlyList<int[]> prompts) =>
            await Task.WhenAll(prompts.Select(prompt => ScoreAsync(engine, prompt, cancellation)).ToList());
    }

    private static async Task<double> ScoreAsync(GenerationEngine engine, int[] prompt, CancellationToken cancellation)
    {
        var settings = new GenerationSettings
        {
            PromptTokens = prompt,
            MaxTokens = 0,
            Seed = 0,
            ScoredFrom = Context,
        };
        await foreach (var item in engine.TryStart(settings, cancellation)!.Events)
        {
            if (item.Done is { } done)
            {
                return done.Losses.Sum() / Math.Log(2);
            }
        }

        throw new InvalidOperationException("A text was read without a last event.");
    }

    /// <summary>Fisher and Yates, with a key of its own for each passage.</summary>
    private static int[] Shuffle(int[] tokens, int passage)
    {
        for (var i = tokens.Length - 1; i > 0; i--)
        {
            var j = (int)(Philox.Uniform(Seed, passage, i) * (i + 1));
            (tokens[i], tokens[j]) = (tokens[j], tokens[i]);
        }

        return tokens;
    }
}
