using System.Text;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Tokenization;

namespace LmModel.Completion.Measurement;

/// <summary>
/// Types passages letter by letter and looks, before each, whether the word that is meant is offered: how keyboards are
/// measured.
/// </summary>
/// <param name="completer">Completes by the model that is measured.</param>
internal sealed class Typist(TextCompleter completer)
{
    /// <summary>Passages that are typed at the same time.</summary>
    private const int AtOnce = 32;

    /// <summary>What the completions of a model are worth in passages, in their order.</summary>
    public static async Task<IReadOnlyList<TypingCounts>> MeasureAsync(
        IStepModel model,
        Tokenizer tokenizer,
        int startToken,
        IReadOnlyList<TypedPassage> passages,
        CancellationToken cancellation)
    {
        using var engine = new GenerationEngine(
            model, tokenizer, startToken, new() { MaxActive = AtOnce }, TimeProvider.System);
        var typist = new Typist(new(engine.TryStart, tokenizer));
        var counts = new TypingCounts[passages.Count];
        await Parallel.ForAsync(
            0,
            passages.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (i, cancelled) => counts[i] = await typist.TypeAsync(passages[i], cancelled));
        return counts;
    }

    private async Task<TypingCounts> TypeAsync(TypedPassage passage, CancellationToken cancellation)
    {
        var counts = new TypingCounts();
        foreach (var (i, word) in passage.Words.Index())
        {
            var next = i + 1 < passage.Words.Count ? passage.Words[i + 1].Begin : passage.End;
            await TypeAsync(passage, word, next, counts, cancellation);
        }

        return counts;
    }

    private async Task TypeAsync(
        TypedPassage passage, (int Begin, int End) word, int next, TypingCounts counts, CancellationToken cancellation)
    {
        var (letters, place) = (0, word.Begin);
        int? first = null;
        int? among = null;
        while (place < word.End && (first is null || letters < TypingCounts.MostLetters))
        {
            var rank = await RankAsync(
                passage.Text[passage.Context..place], passage.Text[place..word.End], cancellation);
            first ??= rank == 0 ? letters : null;
            among ??= rank >= 0 ? letters : null;
            if (letters < TypingCounts.MostLetters)
            {
                counts.Words[letters]++;
                counts.First[letters] += rank == 0 ? 1 : 0;
                counts.Among[letters] += rank >= 0 ? 1 : 0;
            }

            letters++;
            place += Rune.GetRuneAt(passage.Text, place).Utf16SequenceLength;
        }

        // What was taken brings the space after it.
        var between = passage.Text[word.End..next].EnumerateRunes().Count();
        var length = passage.Text[word.Begin..word.End].EnumerateRunes().Count();
        var space = next > word.End && passage.Text[word.End] == ' ' ? 1 : 0;
        int Keystrokes(int? taken) => taken is { } after ? after + 1 + between - space : length + between;
        counts.Characters += length + between;
        counts.KeystrokesFirst += Keystrokes(first);
        counts.KeystrokesAmong += Keystrokes(among);
    }

    /// <summary>The place of what is meant among the choices; −1 if it is not there.</summary>
    private async Task<int> RankAsync(string typed, string meant, CancellationToken cancellation)
    {
        var request = completer.Request(typed, TypingCounts.Choices, CompletionUnit.Word, 1);
        var completed = await completer.CompleteAsync(request, cancellation);
        return completed.Completions.Select(c => c.Insert).ToList().IndexOf(meant);
    }
}
