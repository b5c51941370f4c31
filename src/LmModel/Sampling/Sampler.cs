using LmModel.Guard;
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
/// A token that a guard refuses counts as one of probability 0, and the draw is repeated with a number of its own, so
/// that the others keep their proportions.
/// </remarks>
internal sealed class Sampler
{
    /// <summary>What <see cref="Draw(ReadOnlySpan{float}, int)"/> gives where a guard refuses every token.</summary>
    public const int NoToken = -1;

    // Other uses of random numbers within a text take other streams, so that existing texts do not change. A repeated
    // draw takes the stream of minus its number.
    private const long TokenStream = 0;

    /// <summary>Draws that are repeated one by one; then every token is asked about, which ends it.</summary>
    private const int MostRepeats = 8;

    private readonly int _vocabularySize;
    private readonly long _seed;
    private readonly bool _greedy;
    private readonly bool _countsSeen;
    private readonly bool _countsGenerated;
    private readonly TokenCounts _seen;
    private readonly TokenCounts _generated;
    private readonly ILogitFilter[] _filters;
    private readonly VerbatimGuard? _guard;
    private readonly RefusedTokens _refused = new();
    private Candidates? _own;

    /// <param name="settings">How to draw.</param>
    /// <param name="vocabularySize">V, at least 1.</param>
    /// <param name="seed">Key of the random numbers; any value.</param>
    /// <param name="guard">Refuses tokens of this text; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside of its range; the message says
    /// which.</exception>
    public Sampler(SamplingSettings settings, int vocabularySize, long seed, VerbatimGuard? guard = null)
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
        _guard = guard;
        var chain = FilterChain.Build(settings, _vocabularySize, _seen, _generated);
        _filters = guard is null ? chain : [_refused, .. chain];
    }

    /// <summary>Positions at which the guard refused a token.</summary>
    public int GuardedDraws { get; private set; }

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
    /// <returns>The token; <see cref="NoToken"/> where the guard refuses every one.</returns>
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
        var token = Choose(logits, position, candidates);
        if (token == NoToken)
            return NoToken;
        _guard?.Add(token);
        if (_countsSeen)
            _seen.Add(token);
        if (_countsGenerated)
            _generated.Add(token);
        return token;
    }

    /// <summary>Chooses tokens until the guard lets one pass.</summary>
    private int Choose(ReadOnlySpan<float> logits, int position, Candidates candidates)
    {
        _refused.Clear();
        for (var repeat = 0; ; repeat++)
        {
            candidates.Reset(logits);
            foreach (var filter in _filters)
                filter.Apply(candidates);
            var probability = 1.0;
            var token = candidates.Ids[_greedy
                ? candidates.Best()
                : candidates.Find(Philox.Uniform(_seed, TokenStream - repeat, position), out probability)];
            if (_guard?.Refuses(token) != true)
            {
                Accept(probability);
                return token;
            }

            GuardedDraws += repeat == 0 ? 1 : 0;
            Refuse(token, repeat);
            if (_refused.Count == _vocabularySize)
                return NoToken;
        }
    }

    private void Refuse(int token, int repeat)
    {
        if (repeat < MostRepeats)
        {
            _refused.Add(token);
            return;
        }

        _refused.Clear();
        for (var id = 0; id < _vocabularySize; id++)
        {
            if (_guard!.Refuses(id))
                _refused.Add(id);
        }
    }

    private void Accept(double probability)
    {
        if (_greedy)
            return;
        foreach (var filter in _filters)
            filter.Drawn(probability);
    }
}
