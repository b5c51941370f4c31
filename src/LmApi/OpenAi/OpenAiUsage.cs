using LmApi.Generation;
using LmModel.Generation;

namespace LmApi.OpenAi;

/// <summary>Tokens read and generated.</summary>
internal sealed record OpenAiUsage
{
    /// <summary>Tokens of the prompts.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens generated, in all choices.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Both together.</summary>
    public required int TotalTokens { get; init; }

    /// <summary>More about those of the prompts.</summary>
    public required OpenAiPromptTokens PromptTokensDetails { get; init; }
}

/// <summary>More about the tokens of the prompts.</summary>
internal sealed record OpenAiPromptTokens
{
    /// <summary>How many did not have to be read, because an earlier prompt had the same beginning.</summary>
    public required int CachedTokens { get; init; }
}

/// <summary>Adds up the tokens of an answer.</summary>
/// <param name="perPrompt">Generations of each prompt; its tokens are counted once.</param>
internal sealed class UsageCounter(int perPrompt)
{
    private int _prompt;
    private int _cached;
    private int _completion;

    public OpenAiUsage Usage => new()
    {
        PromptTokens = _prompt,
        CompletionTokens = _completion,
        TotalTokens = _prompt + _completion,
        PromptTokensDetails = new() { CachedTokens = _cached },
    };

    public static OpenAiUsage Of(IReadOnlyList<FinishedChoice> finished, int perPrompt)
    {
        var counter = new UsageCounter(perPrompt);
        foreach (var (i, choice) in finished.Index())
        {
            counter.Add(i, choice.Done);
        }

        return counter.Usage;
    }

    public void Add(int choice, DoneEvent done)
    {
        _completion += done.CompletionTokens;
        if (choice % perPrompt == 0)
        {
            _prompt += done.PromptTokens;
            _cached += done.CachedTokens;
        }
    }
}
