using LmModel.Numerics;

namespace LmModel.Sampling;

/// <summary>Draws the tokens of one text. Not thread-safe: one sampler a sequence.</summary>
/// <remarks>
/// Filters run in this order: logit bias; repetition, presence and frequency penalty; temperature; top-k; top-p; min-p;
/// typical-p; Mirostat.
/// A temperature of 0 takes the best token after bias and penalties, of equal ones that with the lowest id. The token
/// at a position depends on the seed, the position, the logits and the tokens observed before, and on nothing else.
/// With Mirostat it also depends on the probabilities of the tokens drawn before, so a token can only be drawn again
/// after all tokens before it.
/// </remarks>
internal sealed class Sampler
{
    // Other uses of random numbers within a text take other streams, so that existing texts do not change.
    private const long TokenStream = 0;

    private readonly int _vocabularySize;
    private readonly long _seed;
    private readonly bool _greedy;
    private readonly bool _countsSeen;
    private readonly bool _countsGenerated;
    private readonly TokenCounts _seen;
    private readonly TokenCounts _generated;
    private readonly ILogitFilter[] _filters;
    private Candidates? _own;

    /// <param name="settings">How to draw.</param>
    /// <param name="vocabularySize">V, at least 1.</param>
    /// <param name="seed">Key of the random numbers; any value.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside of its range; the message says
    /// which.</exception>
    public Sampler(SamplingSettings settings, int vocabularySize, long seed)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        _vocabularySize = vocabularySize;
        settings.ThrowIfInvalid(_vocabularySize);
        _seed = seed;
        _greedy = settings.Temperature == 0;
        _countsSeen = settings.RepetitionPenalty != 1;
        _countsGenerated = settings.PresencePenalty != 0 || settings.FrequencyPenalty != 0;
        _seen = new TokenCounts(_vocabularySize);
        _generated = new TokenCounts(_vocabularySize);
        _filters = FilterChain.Build(settings, _vocabularySize, _seen, _generated);
    }

    /// <summary>Counts a prompt token for the repetition penalty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public void ObservePrompt(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, _vocabularySize);
        if (_countsSeen)
            _seen.Add(token);
    }

    /// <summary>Draws the next token and counts it for the penalties.</summary>
    /// <param name="logits">(V); not changed. −∞ is a token that cannot be drawn.</param>
    /// <param name="position">Index of the token among the generated ones, from 0.</param>
    /// <exception cref="InvalidOperationException">A logit is NaN or +∞, or all are −∞.</exception>
    public int Draw(ReadOnlySpan<float> logits, int position) =>
        Draw(logits, position, _own ??= new Candidates(_vocabularySize));

    /// <inheritdoc cref="Draw(ReadOnlySpan{float}, int)"/>
    /// <param name="logits">(V).</param>
    /// <param name="position">From 0.</param>
    /// <param name="candidates">Of the vocabulary; shared by the samplers that draw on one thread.</param>
    internal int Draw(ReadOnlySpan<float> logits, int position, Candidates candidates)
    {
        if (logits.Length != _vocabularySize)
            throw new ArgumentException($"{_vocabularySize} logits are expected, not {logits.Length}.", nameof(logits));
        candidates.Reset(logits);
        foreach (var filter in _filters)
            filter.Apply(candidates);
        var token = candidates.Ids[_greedy ? candidates.Best() : RandomIndex(candidates, position)];
        if (_countsSeen)
            _seen.Add(token);
        if (_countsGenerated)
            _generated.Add(token);
        return token;
    }

    private int RandomIndex(Candidates candidates, int position)
    {
        var index = candidates.Find(Philox.Uniform(_seed, TokenStream, position), out var probability);
        foreach (var filter in _filters)
            filter.Drawn(probability);
        return index;
    }
}
