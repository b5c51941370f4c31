using LmModel.Generation;
using LmModel.Inference;
using LmModel.Networks;
using LmModel.Tokenization;

namespace LmModel.Evaluation;

/// <summary>
/// Scores a text with a model. The first token of a window or text is given, and every other token is predicted.
/// </summary>
internal sealed class Evaluator
{
    /// <summary>Number of tokens in a cold window, as in nanoGPT's character models.</summary>
    public const int DefaultWindow = 256;

    /// <summary>Number of windows scored side by side; limits memory and changes the figures only by
    /// rounding.</summary>
    private const int WindowsAtOnce = 64;

    /// <summary>Number of tokens that the contiguous protocol reads at once.</summary>
    private const int ChunkLength = 1024;

    private readonly Func<IScorer> _open;
    private readonly Tokenizer _tokenizer;

    /// <summary>Scores with the network used in training.</summary>
    public Evaluator(LanguageModel model, Tokenizer tokenizer) =>
        (_open, _tokenizer) = (() => new NetworkScorer(model), tokenizer);

    /// <summary>Scores with a step model.</summary>
    /// <param name="model">The step model.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="cache">
    /// Mixes a neural cache into the predictions. The cache starts empty with each cold window, or in the contiguous
    /// protocol with the text. Null for the model alone.
    /// </param>
    public Evaluator(IStepModel model, Tokenizer tokenizer, NeuralCacheSettings? cache = null)
        : this(() => new StepScorer(model, cache), tokenizer)
    {
    }

    internal Evaluator(Func<IScorer> open, Tokenizer tokenizer) => (_open, _tokenizer) = (open, tokenizer);

    /// <param name="tokens">At least 2 ids.</param>
    /// <param name="protocol">How to score them.</param>
    /// <param name="window">Number of predictions per cold window, at least 1.</param>
    /// <param name="cancellation">Stops the evaluation between two steps.</param>
    /// <exception cref="ArgumentException">There is nothing to predict.</exception>
    /// <exception cref="NonFiniteLogitsException">A logit of the model is not finite, so a token has no
    /// loss.</exception>
    public EvaluationResult Evaluate(
        int[] tokens, Protocol protocol, int window = DefaultWindow, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        var text = new ScoredText(tokens, _tokenizer);
        var nats = new double[tokens.Length - 1];
        using var scorer = _open();
        if (protocol is Protocol.ColdWindows)
        {
            ColdWindows(scorer, tokens, nats, window, cancellation);
        }
        else
        {
            Contiguous(scorer, tokens, nats, cancellation);
        }

        return text.Result(protocol, protocol is Protocol.ColdWindows ? window : 0, nats);
    }

    private static void ColdWindows(
        IScorer scorer, int[] tokens, Span<double> nats, int window, CancellationToken cancellation)
    {
        for (var start = 0; start < nats.Length;)
        {
            var left = nats.Length - start;
            var length = Math.Min(window, left);                              // the last window may be shorter
            var windows = Math.Clamp(left / window, 1, WindowsAtOnce);
            scorer.Begin(windows);
            scorer.Score(
                tokens.AsSpan(start, (windows * length) + 1),
                length,
                nats.Slice(start, windows * length),
                cancellation);
            RequireFinite(nats, start, windows * length);
            start += windows * length;
        }
    }

    private static void Contiguous(IScorer scorer, int[] tokens, Span<double> nats, CancellationToken cancellation)
    {
        scorer.Begin(texts: 1);
        for (var start = 0; start < nats.Length; start += ChunkLength)
        {
            var length = Math.Min(ChunkLength, nats.Length - start);
            scorer.Score(tokens.AsSpan(start, length + 1), length, nats.Slice(start, length), cancellation);
            RequireFinite(nats, start, length);
        }
    }

    private static void RequireFinite(ReadOnlySpan<double> nats, int start, int count)
    {
        for (var i = start; i < start + count; i++)
        {
            if (!double.IsFinite(nats[i]))
            {
                throw new NonFiniteLogitsException(FormattableString.Invariant(
                    $"The model has no loss at position {i + 1} of the text: a logit is NaN or infinite."));
            }
        }
    }
}
