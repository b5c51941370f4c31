using LmModel.Tokenization;

namespace LmModel.Guard;

/// <summary>
/// Keeps one text free of runs of the training text: a token that would complete one is not drawn (MemFree decoding,
/// Ippolito et al. 2022, arXiv 2210.17546, section 3).
/// </summary>
/// <remarks>
/// Runs may begin in the prompt; what the prompt itself contains is the caller's. What is refused depends on the rule
/// and the tokens of prompt and text alone. Not thread-safe.
/// </remarks>
internal sealed class VerbatimGuard
{
    private readonly TokenTail _drawn;

    // The other tokenizers have one way to write a text.
    private readonly SpelledText? _spelled;

    /// <param name="rule">What is refused.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="prompt">The tokens before the text.</param>
    public VerbatimGuard(VerbatimRule rule, Tokenizer tokenizer, ReadOnlySpan<int> prompt)
    {
        _drawn = new TokenTail(rule);
        foreach (var token in prompt[Math.Max(0, prompt.Length - rule.Run)..])
        {
            _drawn.Add(token);
        }

        _spelled = tokenizer is BpeTokenizer ? new SpelledText(rule, tokenizer, prompt) : null;
    }

    /// <summary>Whether the text must not continue with this token.</summary>
    public bool Refuses(int token) => _drawn.Completes(token) || _spelled?.Completes(token) == true;

    /// <summary>The text continues with the token that was asked about last.</summary>
    public void Add(int token)
    {
        _drawn.Add(token);
        _spelled?.Add(token);
    }
}
