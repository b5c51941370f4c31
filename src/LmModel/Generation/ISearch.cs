using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Generation;

/// <summary>
/// Looks for continuations of a prompt in place of drawing one. The engine steps what the search wants to know; what
/// it looks for is the search's own business. One search a generation.
/// </summary>
/// <remarks>
/// The hypotheses of a wave are stepped in as many rounds as the load requires, and the search learns of them
/// together: what it finds cannot depend on what else the engine does.
/// <code>
/// prompt read ─► Begin ─► Next ─► wave: every hypothesis is stepped, then Accept ─► Next ─► … ─► Next: none, ended
/// </code>
/// </remarks>
internal interface ISearch
{
    /// <summary>The prompt has been read.</summary>
    /// <param name="state">After the prompt; it does not change any more.</param>
    /// <param name="logits">(V) of what follows it.</param>
    /// <param name="candidates">What to compute with; used by nothing else meanwhile.</param>
    void Begin(RecurrentState state, ReadOnlySpan<float> logits, Candidates candidates);

    /// <summary>What to step next, once the last wave has been accepted; none ends the generation.</summary>
    IReadOnlyList<IHypothesis> Next();
}

/// <summary>A continuation that is to be read by one more token.</summary>
internal interface IHypothesis
{
    /// <summary>The one token, as a step takes it.</summary>
    ReadOnlySpan<int> Tokens { get; }

    /// <summary>Before the token, when it is planned; the step overwrites it.</summary>
    RecurrentState State { get; }

    /// <summary>
    /// The token has been read. May run at the same time as that of others of the wave, so it changes the hypothesis
    /// only.
    /// </summary>
    /// <param name="logits">(V) of what follows the token.</param>
    /// <param name="candidates">What to compute with; used by nothing else meanwhile.</param>
    void Accept(ReadOnlySpan<float> logits, Candidates candidates);
}
