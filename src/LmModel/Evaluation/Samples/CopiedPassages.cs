using LmModel.Corpora;
using LmModel.Evaluation.Leaks;

namespace LmModel.Evaluation.Samples;

/// <summary>The longest passage of each text that is in the training text, in characters.</summary>
/// <remarks>
/// Exact: the training text is read once through an automaton of all texts. Takes about 60 bytes a character of them.
/// </remarks>
internal sealed class CopiedPassages(CorpusText training) : ISampleMeasure
{
    public const string Title = "longest copied passage, characters";

    /// <summary>Characters of texts that are looked for in one reading of the training text.</summary>
    private const int MostCharacters = 4_000_000;

    /// <summary>Between two texts; in no text, because it is not a character.</summary>
    private const char Apart = '\uFFFF';

    public string Name => Title;

    public string Format => "F0";

    public IReadOnlyList<Share> Measure(IReadOnlyList<SampleText> texts, CancellationToken cancellation)
    {
        var shares = new List<Share>();
        var part = new List<string>();
        foreach (var text in texts)
        {
            if (part.Sum(t => (long)t.Length) + text.Text.Length > MostCharacters && part.Count > 0)
            {
                shares.AddRange(Longest(part, cancellation));
                part.Clear();
            }

            part.Add(text.Text);
        }

        shares.AddRange(Longest(part, cancellation));
        return shares;
    }

    private IEnumerable<Share> Longest(List<string> texts, CancellationToken cancellation)
    {
        var automaton = new SuffixAutomaton(string.Join(Apart, texts), cancellation);
        var found = Found(automaton, cancellation);
        var state = SuffixAutomaton.Root;
        foreach (var text in texts)
        {
            var longest = 0;
            for (var i = 0; i < text.Length; i++)
            {
                state = automaton.Next(state, text[i]);
                // The longest suffix of the texts so far that was found; part of it may be before this text.
                var suffix = state;
                while (suffix > SuffixAutomaton.Root && found[suffix] == 0)
                {
                    suffix = automaton.Link(suffix);
                }

                longest = Math.Max(longest, Math.Min(i + 1, found[suffix]));
            }

            state = automaton.Next(state, Apart);
            yield return new(longest, 1);
        }
    }

    /// <summary>By state: how many characters of its longest passage, from its end, are in the training text.</summary>
    private int[] Found(SuffixAutomaton automaton, CancellationToken cancellation)
    {
        var found = new int[automaton.States];
        var (state, length) = (SuffixAutomaton.Root, 0);
        foreach (var piece in training.Pieces())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var character in piece)
            {
                int next;
                while ((next = automaton.Next(state, character)) < 0 && state != SuffixAutomaton.Root)
                {
                    state = automaton.Link(state);
                    length = automaton.Length(state);
                }

                (state, length) = next < 0 ? (SuffixAutomaton.Root, 0) : (next, length + 1);
                found[state] = Math.Max(found[state], length);
            }
        }

        // Longer passages first, because what is found has suffixes that are found too.
        foreach (var from in Enumerable.Range(0, found.Length).OrderByDescending(automaton.Length))
        {
            if (found[from] > 0 && automaton.Link(from) is > SuffixAutomaton.Root and var to)
            {
                found[to] = automaton.Length(to);
            }
        }

        return found;
    }
}
