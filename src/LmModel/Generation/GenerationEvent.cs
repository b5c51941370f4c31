namespace LmModel.Generation;

/// <summary>
/// An event of a generation: any number of tokens, then the end. It is a value type, so that a token does not allocate
/// an object.
/// </summary>
internal readonly record struct GenerationEvent
{
    public GenerationEvent(in TokenEvent token) => Token = token;

    public GenerationEvent(DoneEvent done) => Done = done;

    /// <summary>The token, unless this is the end.</summary>
    public TokenEvent Token { get; }

    /// <summary>The end; null for a token.</summary>
    public DoneEvent? Done { get; }
}

/// <summary>One token, of the echoed prompt or generated.</summary>
/// <param name="Index">Position among the events of this generation, from 0.</param>
/// <param name="Id">Token id.</param>
/// <param name="Text">
/// The text that became certain with this token. Bytes of an unfinished character and text that may turn out to be the
/// start of a stop sequence come with a later token, so this may be empty or longer than the token. The concatenation
/// of all of them is the text of the <see cref="DoneEvent"/>.
/// </param>
/// <param name="Logprob">
/// Natural log of the model's own probability of the token, or with a neural cache the mixture's, before any filter;
/// null for the first token of a prompt, which nothing predicts.
/// </param>
/// <param name="Alternatives">The most probable tokens at this position, best first; empty if not requested.</param>
public readonly record struct TokenEvent(
    int Index, int Id, string Text, float? Logprob, IReadOnlyList<TokenAlternative> Alternatives);

/// <summary>A token the model could have chosen.</summary>
public readonly record struct TokenAlternative(int Id, float Logprob);

/// <summary>The end of a generation that completed.</summary>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="Text">The whole text: the concatenated texts of the token events.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">How many of them did not have to be read because of the prefix cache.</param>
/// <param name="CompletionTokens">Tokens drawn, or those of the hypotheses that a search has read.</param>
/// <param name="StopSequence">The stop sequence that ended the text; null if none did.</param>
/// <param name="Timings">Where the time went.</param>
internal sealed record DoneEvent(
    FinishReason FinishReason,
    string Text,
    int PromptTokens,
    int CachedTokens,
    int CompletionTokens,
    string? StopSequence,
    GenerationTimings Timings)
{
    /// <summary>−ln p of the tokens from <see cref="GenerationSettings.ScoredFrom"/> on, in nats.</summary>
    public double[] Losses { get; init; } = [];

    /// <summary>(n, i): the values of <see cref="GenerationSettings.Recorded"/> after each token of the
    /// prompt.</summary>
    public float[] Recorded { get; init; } = [];

    /// <summary>Positions at which a token was refused that would have completed a run of the training text; null
    /// without <see cref="GenerationSettings.Guard"/>.</summary>
    public int? Guarded { get; init; }

    /// <summary>The search of <see cref="GenerationSettings.Search"/>, which has ended; null without one.</summary>
    public ISearch? Search { get; init; }
}

internal enum FinishReason
{
    /// <summary><see cref="GenerationSettings.MaxTokens"/> were drawn.</summary>
    Length,

    /// <summary>A stop sequence appeared.</summary>
    Stop,

    /// <summary>Every token would have completed a run of the training text.</summary>
    Guard,
}

/// <summary>Times of one generation.</summary>
/// <param name="Queued">From submission to the first step.</param>
/// <param name="FirstToken">From submission to the first drawn token; null if none was drawn.</param>
/// <param name="Total">From submission to the end.</param>
internal sealed record GenerationTimings(TimeSpan Queued, TimeSpan? FirstToken, TimeSpan Total);
