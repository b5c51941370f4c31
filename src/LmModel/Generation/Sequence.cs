using LmModel.Guard;
using LmModel.Inference;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Generation;

/// <summary>
/// One text that is being generated: the tokens to read, its state, and the interpretation of the logits. It does not
/// depend on threads, batches or the network. Not thread-safe.
/// </summary>
/// <remarks>
/// The model reads p0 … pn−1, in slices of any size, and then the drawn tokens except the last one, after which no
/// logits are needed. An echoed prompt is read one token at a time, because the logits of each token are reported:
/// <code>
/// turn      p0 … pi−1 │ pi … pn−1 │ t0 │ t1 │ …  tm−2
/// logits of                    t0   t1   t2   …  tm−1
/// </code>
/// A turn is <see cref="Plan"/>, the step, <see cref="Accept"/> and <see cref="EndTurn"/>. With a neural cache the last tokens of the prompt,
/// as many as it remembers, are also read one at a time: the state after each is added to it, together with the token
/// that follows.
/// </remarks>
internal sealed class Sequence : IDisposable
{
    private readonly GenerationSettings _settings;
    private readonly TimeProvider _time;
    private readonly long _submitted;
    private readonly Sampler _sampler;
    private readonly TokenTextDecoder _decoder;
    private readonly StopMatcher _stop;
    private readonly int[] _prompt;
    private readonly double[] _losses; // of the prompt's tokens from ScoredFrom on
    private readonly PooledText _text = new();
    private readonly SearchTurns? _search;
    private readonly NeuralCacheSettings? _cacheSettings;
    private readonly Range _topHidden;
    private readonly int _vocabularySize;
    private NeuralCache? _cache;
    private float[] _recorded = []; // (n, recorded indexes)
    private TimeSpan? _queued;
    private TimeSpan? _firstToken;
    private int _events;
    private int _cached;
    private int _drawn;
    private int _next;

    /// <param name="settings">What to generate.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="startToken">Read in place of an empty prompt.</param>
    /// <param name="stateSize">Floats in the model's state.</param>
    /// <param name="topHidden"><see cref="IStepModel.TopHidden"/>.</param>
    /// <param name="time">Clock of <see cref="GenerationTimings"/>, which start now.</param>
    public Sequence(
        GenerationSettings settings,
        Tokenizer tokenizer,
        int startToken,
        int stateSize,
        Range topHidden,
        TimeProvider time)
    {
        _settings = settings;
        (_topHidden, _vocabularySize) = (topHidden, tokenizer.VocabularySize);

        // With a weight of 0 it has no effect.
        _cacheSettings = settings.NeuralCache is { Lambda: > 0 } cache ? cache : null;
        _time = time;
        _submitted = time.GetTimestamp();
        var guard = settings.Guard is { } rule ? new VerbatimGuard(rule, tokenizer, settings.PromptTokens) : null;
        _sampler = new Sampler(settings.Sampling, tokenizer.VocabularySize, settings.Seed, guard);
        _stop = new StopMatcher([.. settings.Stop.Select(tokenizer.Normalize)]);
        _decoder = new TokenTextDecoder(tokenizer);
        _search = settings.Search is { } search ? new SearchTurns(search()) : null;
        _prompt = settings.PromptTokens is [] ? [startToken] : settings.PromptTokens;
        _losses = settings.ScoredFrom is { } from ? new double[_prompt.Length - from] : [];
        State = RecurrentState.Zero(stateSize);
    }

    /// <summary>After the tokens read so far.</summary>
    public RecurrentState State { get; }

    /// <summary>As it was given; empty if the start token is read in its place.</summary>
    public ReadOnlySpan<int> Prompt => _settings.PromptTokens;

    /// <summary>
    /// The part of the prompt that may continue from the prefix cache, and whose states are kept there: all of it, or
    /// the tokens before those whose losses are wanted.
    /// </summary>
    public ReadOnlySpan<int> Prefix => _settings.ScoredFrom is { } from ? Prompt[..(from - 1)] : Prompt;

    /// <summary>The logits after each token are needed, so tokens are read one at a time.</summary>
    public bool NeedsEveryLogit =>
        _settings.Echo || (_settings.ScoredFrom is { } from && PromptRead >= from - 1);

    /// <summary>
    /// The prompt is read from its first token, whatever is in the prefix cache, because the states on the way are
    /// needed.
    /// </summary>
    public bool ReadsWholePrompt => NeedsEveryState || _cacheSettings is not null;

    /// <summary>The maximum size of the neural cache in bytes; 0 without one.</summary>
    public long CacheBytes =>
        _cacheSettings is null
            ? 0
            : NeuralCache.Bytes(
                _cacheSettings.Size,
                (int)Math.Min(int.MaxValue, (long)_prompt.Length + _settings.MaxTokens),
                Hidden.Length,
                _vocabularySize);

    /// <summary>No turn has been planned.</summary>
    public bool IsNew => _queued is null;

    /// <summary>Tokens of the prompt that have been read.</summary>
    public int PromptRead { get; private set; }

    /// <summary>Tokens of the prompt that are still to be read; 0 once the text is being drawn.</summary>
    /// <remarks>The last token of a prompt that is only scored is not read: nothing after it is predicted.</remarks>
    public int PromptLeft =>
        _prompt.Length - (_settings is { ScoredFrom: not null, MaxTokens: 0 } ? 1 : 0) - PromptRead;

    /// <summary>
    /// Whether more than one token can be read in a turn: of the prompt, or by as many hypotheses of a search.
    /// </summary>
    public bool ReadsSlices => IsSearching || (PromptLeft > 0 && !NeedsEveryState);

    /// <summary>The prompt has been read, and a search reads its hypotheses.</summary>
    public bool IsSearching => _search is { Running: true };

    /// <summary>Places in a batch that this turn takes: one, or one for each hypothesis that it reads.</summary>
    public int Rows => IsSearching ? _search!.Rows : 1;

    /// <summary>The tokens to read in this turn; none if the state is already that of the whole prompt.</summary>
    /// <param name="row">Below <see cref="Rows"/>.</param>
    public ReadOnlySpan<int> TurnOf(int row) =>
        IsSearching ? _search![row].Tokens
        : PromptLeft > 0 ? _prompt.AsSpan(PromptRead, TurnLength)
        : new ReadOnlySpan<int>(ref _next)[..TurnLength];

    /// <summary>What the tokens of a row are read into.</summary>
    /// <param name="row">Below <see cref="Rows"/>.</param>
    public RecurrentState StateOf(int row) => IsSearching ? _search![row].State : State;

    /// <summary>T of this turn.</summary>
    public int TurnLength { get; private set; }

    /// <summary>Whether this turn needs the logits after its last token.</summary>
    public bool WantsLogits => NeedsEveryLogit || PromptLeft <= TurnLength;

    /// <summary>The end, once the last token has been reported; nothing may be read after it.</summary>
    public DoneEvent? Done { get; private set; }

    /// <summary>
    /// Starts after the first tokens of the prompt instead of from the zero state. Called before the first turn.
    /// </summary>
    /// <param name="state">After those tokens; it is copied.</param>
    /// <param name="tokens">The number of those tokens.</param>
    public void GoOnFrom(RecurrentState state, int tokens)
    {
        state.Values.CopyTo(State.Values);
        Observe(_prompt.AsSpan(0, tokens));
        PromptRead = _cached = tokens;
    }

    /// <summary>Decides what to read next. The first turn ends the time in the queue.</summary>
    /// <param name="most">Tokens of the prompt, or hypotheses of a search, at most; at least 1.</param>
    public void Plan(int most)
    {
        _queued ??= _time.GetElapsedTime(_submitted);
        if (IsSearching)
        {
            _search!.Plan(most);
            TurnLength = 1;
            return;
        }

        if (_cacheSettings is not null)
        {
            _cache ??= new NeuralCache(_cacheSettings.Size, Hidden.Length, _vocabularySize);
            most = Math.Clamp(PromptLeft - _cacheSettings.Size, 1, most);
        }

        if (_settings.ScoredFrom is { } from)
        {
            most = Math.Clamp(from - 1 - PromptRead, 1, most);
        }

        TurnLength = PromptLeft > 0 ? Math.Min(PromptLeft, NeedsEveryState ? 1 : most) : Math.Min(_drawn, 1);
    }

    /// <summary>
    /// The tokens of a row have been read. Those of the rows of a search may be accepted at the same time.
    /// </summary>
    /// <param name="row">Below <see cref="Rows"/>.</param>
    /// <param name="logits">(V), where <see cref="WantsLogits"/>; a neural cache is mixed into them in place.</param>
    /// <param name="candidates">What drawing works with; used by nothing else meanwhile.</param>
    /// <param name="events">Receives the tokens there are to report, at most two; the end is
    /// <see cref="Done"/>.</param>
    /// <exception cref="NonFiniteLogitsException">A logit is NaN or infinite.</exception>
    public void Accept(int row, Span<float> logits, Candidates candidates, GenerationEventStream events)
    {
        if (!logits.IsEmpty)
        {
            NonFiniteLogitsException.ThrowIfAny(logits, PromptRead + (PromptLeft > 0 ? TurnLength : _drawn));
            _cache?.Mix(Hidden, logits, _cacheSettings!.Theta, _cacheSettings.Lambda);
        }

        if (IsSearching)
        {
            _search![row].Accept(logits, candidates);
            return;
        }

        if (PromptLeft > 0)
        {
            ReadPrompt(logits, events);
        }

        if (PromptLeft > 0)
        {
            return;
        }

        if (_search is not null)
        {
            _search.Begin(State, logits, candidates);
        }
        else if (_settings.MaxTokens > 0)
        {
            Draw(logits, candidates, events);
        }
        else
        {
            Done = End(FinishReason.Length);
        }
    }

    /// <summary>Ends the turn, after <see cref="Accept"/> of every row.</summary>
    public void EndTurn()
    {
        if (_search is not null && PromptLeft == 0 && _search.EndTurn())
        {
            Done = End(FinishReason.Length);
        }
    }

    /// <summary>What became of it, at its end.</summary>
    /// <param name="failure">Why it was interrupted; null if it is <see cref="Done"/>.</param>
    public GenerationOutcome OutcomeOf(Exception? failure) => new(
        _settings,
        new(_queued ?? _time.GetElapsedTime(_submitted), _firstToken, _time.GetElapsedTime(_submitted)),
        _cached,
        Math.Min(PromptRead, _settings.PromptTokens.Length) - _cached,
        CompletionTokens,
        Done?.FinishReason,
        failure);

    /// <summary>Frees the neural cache; the sequence must not be used any more.</summary>
    public void Dispose()
    {
        _cache?.Dispose();
        _text.Dispose();
    }

    /// <summary>The state after each token of the prompt is needed, so tokens are read one at a time.</summary>
    private bool NeedsEveryState => NeedsEveryLogit || _settings.Recorded.Count > 0;

    /// <summary>Tokens drawn, or those that a search has read.</summary>
    private int CompletionTokens => _search?.TokensRead ?? _drawn;

    private ReadOnlySpan<float> Hidden => State.Values[_topHidden];

    private void ReadPrompt(ReadOnlySpan<float> logits, GenerationEventStream events)
    {
        // The start token that stands for an empty prompt is neither counted nor reported.
        var stands = _settings.PromptTokens is [];
        if (!stands)
        {
            Observe(TurnOf(0));
            Record();
        }

        if (_settings.Echo && PromptRead == 0 && !stands)
        {
            Report(_prompt[0], _decoder.Append(_prompt[0]), null, [], events);
        }

        PromptRead += TurnLength;
        if (PromptRead == _prompt.Length)
        {
            return;
        }

        if (_settings.ScoredFrom is { } from && PromptRead >= from)
        {
            _losses[PromptRead - from] = Logprobs.LogSumExp(logits) - logits[_prompt[PromptRead]];
        }

        var next = _prompt[PromptRead];
        _cache?.Add(Hidden, next);
        if (_settings.Echo)
        {
            Report(next, _decoder.Append(next), logits, events);
        }
    }

    private void Record()
    {
        var indexes = _settings.Recorded;
        if (PromptRead == 0 && indexes.Count > 0)
        {
            // Not before, because many prompts may be waiting.
            _recorded = new float[_prompt.Length * indexes.Count];
        }

        for (var i = 0; i < indexes.Count; i++)
        {
            _recorded[(PromptRead * indexes.Count) + i] = State.Values[indexes[i]];
        }
    }

    private void Observe(ReadOnlySpan<int> prompt)
    {
        foreach (var token in prompt)
        {
            _sampler.ObservePrompt(token);
        }
    }

    private void Draw(ReadOnlySpan<float> logits, Candidates candidates, GenerationEventStream events)
    {
        _next = _sampler.Draw(logits, _drawn, candidates);
        if (_next == Sampler.NoToken)
        {
            // Text that is held back for a stop sequence has no token left to come with, and is dropped.
            Done = End(FinishReason.Guard);
            return;
        }

        _cache?.Add(Hidden, _next);
        _drawn++;
        _firstToken ??= _time.GetElapsedTime(_submitted);
        var text = _stop.Append(_decoder.Append(_next));
        var full = _drawn == _settings.MaxTokens;
        if (full && !_stop.Stopped)
        {
            text += _stop.Flush();
        }

        Report(_next, text, logits, events);
        if (full || _stop.Stopped)
        {
            Done = End(_stop.Stopped ? FinishReason.Stop : FinishReason.Length);
        }
    }

    private DoneEvent End(FinishReason reason)
    {
        var timings = new GenerationTimings(_queued!.Value, _firstToken, _time.GetElapsedTime(_submitted));
        return new DoneEvent(
            reason, _text.ToString(), _settings.PromptTokens.Length, _cached, CompletionTokens,
            _stop.Matched, timings)
        {
            Search = _search?.Search,
            Losses = _losses,
            Recorded = _recorded,
            Guarded = _settings.Guard is null ? null : _sampler.GuardedDraws,
        };
    }

    private void Report(int id, string text, ReadOnlySpan<float> logits, GenerationEventStream events)
    {
        var logSum = Logprobs.LogSumExp(logits);
        IReadOnlyList<TokenAlternative> alternatives = _settings.Alternatives == 0
            ? []
            : Array.ConvertAll(
                Logprobs.Top(logits, _settings.Alternatives, logSum), top => new TokenAlternative(top.Id, top.Logprob));
        Report(id, text, Logprobs.Of(logits, id, logSum), alternatives, events);
    }

    private void Report(
        int id, string text, float? logprob, IReadOnlyList<TokenAlternative> alternatives, GenerationEventStream events)
    {
        _text.Append(text);
        events.Write(new(new TokenEvent(_events++, id, text, logprob, alternatives)));
    }
}
