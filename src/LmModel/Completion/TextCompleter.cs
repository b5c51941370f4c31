using LmModel.Generation;
using LmModel.Guard;
using LmModel.Scoring;
using LmModel.Tokenization;

namespace LmModel.Completion;

/// <summary>
/// Completes texts with an engine: they wait in its queue and share its batches with everything else that it runs. Make
/// one a model: it sorts the vocabulary.
/// </summary>
/// <param name="tryStart">Admits a generation; null if the engine is full.</param>
/// <param name="tokenizer">The tokenizer of the model.</param>
internal sealed class TextCompleter(
    Func<GenerationSettings, CancellationToken, AdmittedGeneration?> tryStart, Tokenizer tokenizer)
{
    private readonly TokenIndex _index = new(tokenizer);

    // What a token means for the end does not depend on the number of words.
    private readonly NextCharacter[] _words = KindsOf(new WordEnd(1), tokenizer);
    private readonly NextCharacter[] _lines = KindsOf(new LineEnd(), tokenizer);

    /// <param name="text">What has been typed; may be empty.</param>
    /// <param name="count">How many completions are wanted, at least 1.</param>
    /// <param name="until">Where they end.</param>
    /// <param name="words">The number of words, at least 1; 1 with lines.</param>
    /// <exception cref="UnknownCharacterException">The vocabulary lacks a character of the text.</exception>
    public CompletionRequest Request(string text, int count, CompletionUnit until, int words) =>
        new(text, tokenizer.Open(text), count, until is CompletionUnit.Word ? new WordEnd(words) : new LineEnd());

    /// <summary>The most probable completions of a text, best first; the same ones whatever else is going on.</summary>
    /// <param name="request">What to complete.</param>
    /// <param name="cancellation">Ends the work before its next step.</param>
    /// <exception cref="EngineFullException">The engine is full.</exception>
    public async Task<CompletedText> CompleteAsync(CompletionRequest request, CancellationToken cancellation)
    {
        var completed = await RunAsync(request, cancellation);
        if (completed.Completions.Count > 0 || request.Open.Open.Length == 0)
        {
            return completed;
        }

        // No token begins like the last word, which a vocabulary of words reads as unknown: what follows that?
        var certain = request with { Open = new(tokenizer.Encode(request.Text, cancellation), []) };
        var further = await RunAsync(certain, cancellation);
        return further with { ReadTokens = completed.ReadTokens + further.ReadTokens };
    }

    private async Task<CompletedText> RunAsync(CompletionRequest request, CancellationToken cancellation)
    {
        var kinds = request.End is LineEnd ? _lines : _words;
        var vocabulary = new CompletionVocabulary(_index, kinds, request.Open.Open);
        var settings = new GenerationSettings
        {
            PromptTokens = request.Open.Tokens,
            MaxTokens = 0,
            Seed = 0,
            Search = () => new CompletionSearch(vocabulary, request.End, request.Count),
        };
        DoneEvent? done = null;
        await foreach (var item in (tryStart(settings, cancellation) ?? throw new EngineFullException()).Events)
        {
            done = item.Done;
        }

        var word = request.OpenWord;
        return new(
            [
                .. ((CompletionSearch)done!.Search!).Best()
                    .Where(best => request.Guard is not { } rule || !Copies(rule, request, best.Insert))
                    .Select(best => new TextCompletion(best.Insert, word + best.Insert, best.Probability)),
            ],
            done.PromptTokens,
            done.CachedTokens,
            done.CompletionTokens);
    }

    /// <summary>Whether a run of the training text ends in what would be inserted.</summary>
    private bool Copies(VerbatimRule rule, CompletionRequest request, string insert)
    {
        var tokens = tokenizer.Encode(request.Text + insert);
        var certain = Math.Min(tokens.Length, request.Open.Tokens.Length);
        var guard = new VerbatimGuard(rule, tokenizer, tokens.AsSpan(0, certain));
        foreach (var token in tokens.AsSpan(certain))
        {
            if (guard.Refuses(token))
            {
                return true;
            }

            guard.Add(token);
        }

        return false;
    }

    private static NextCharacter[] KindsOf(CompletionEnd end, Tokenizer tokenizer)
    {
        var kinds = new NextCharacter[tokenizer.VocabularySize];
        for (var id = 0; id < kinds.Length; id++)
        {
            kinds[id] = end.Kind(tokenizer.TokenBytes(id));
        }

        return kinds;
    }
}

/// <summary>The completions of a text, and what they cost.</summary>
/// <param name="Completions">Best first.</param>
/// <param name="PromptTokens">Tokens of the text before its open part.</param>
/// <param name="CachedTokens">How many of them did not have to be read.</param>
/// <param name="ReadTokens">Tokens of hypotheses read.</param>
internal sealed record CompletedText(
    IReadOnlyList<TextCompletion> Completions, int PromptTokens, int CachedTokens, int ReadTokens);
