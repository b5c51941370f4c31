using System.Buffers;
using System.Text.Unicode;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Completion;

/// <summary>
/// Finds the most probable completions of a text: best-first beam search (Meister, Vieira and Cotterell 2020, "Best-First
/// Beam Search", TACL 8). The most probable hypotheses are read first, so that the search can stop as soon as none that
/// is left can be more probable than the completions it has found.
/// </summary>
/// <remarks>
/// A completion is reached by every way to cut it into tokens that the search comes across, and its probability is their
/// sum. It is divided by that of all continuations that begin with what is open, so that it is the probability given
/// everything that has been typed.
/// </remarks>
/// <param name="vocabulary">The tokens, and the open part of the text.</param>
/// <param name="end">Where completions end.</param>
/// <param name="count">Completions wanted, at least 1.</param>
internal sealed class CompletionSearch(CompletionVocabulary vocabulary, CompletionEnd end, int count) : ISearch
{
    /// <summary>Hypotheses that are read together: more would read some that the best of them make needless.</summary>
    private const int Wave = 4;

    /// <summary>
    /// The share of what begins with the open part that may be missing from the sum when the search stops: no
    /// probability is too high by more than this, in relation to itself, unless the beam is full.
    /// </summary>
    private const double Missing = 0.01;

    private readonly CompletionHypothesis _root = new(vocabulary, null, 0, [], 1)
    {
        Insert = vocabulary.Open.Length == 0 ? "" : null,
    };

    // Ties are broken by the order in which hypotheses were made, which depends on nothing else.
    private readonly PriorityQueue<CompletionHypothesis, (double, int)> _open = new();
    private readonly FoundCompletions _found = new(count);
    private readonly List<CompletionHypothesis> _wave = [];
    private readonly List<int> _read = []; // by length: hypotheses read
    private double _covered = vocabulary.Open.Length == 0 ? 1 : 0;
    private double _short; // probability of the open hypotheses that do not cover the open part
    private int _made;

    /// <summary>The completions by falling probability; equal ones in ordinal order. May be fewer than wanted.</summary>
    public IEnumerable<(string Insert, double Probability)> Best() =>
        _found.Best.Select(found => (found.Insert, Math.Min(1, found.Probability / _covered)));

    public void Begin(RecurrentState state, ReadOnlySpan<float> logits, Candidates candidates)
    {
        _root.Begin(state, logits, candidates);
        _wave.Add(_root);
    }

    public IReadOnlyList<IHypothesis> Next()
    {
        foreach (var read in _wave)
        {
            Take(read);
        }

        _wave.Clear();
        while (_wave.Count < Wave && _open.TryPeek(out var best, out _) && IsWorthReading(best))
        {
            _open.Dequeue();
            _short -= IsShort(best) ? best.Probability : 0;
            if (HasRoom(best.Length))
            {
                _wave.Add(best);
            }
        }

        return [.. _wave];
    }

    private bool IsShort(CompletionHypothesis hypothesis) => hypothesis.Bytes.Length < vocabulary.Open.Length;

    private bool IsWorthReading(CompletionHypothesis best) =>
        best.Probability > _found.Least || _short > Missing * _covered;

    /// <summary>Counts one more hypothesis of a length, unless the beam has as many as it is wide.</summary>
    private bool HasRoom(int length)
    {
        while (_read.Count <= length)
        {
            _read.Add(0);
        }

        return ++_read[length] <= end.Width(count);
    }

    private void Take(CompletionHypothesis read)
    {
        _covered += read.Probability * read.Covers;
        if (read.End.MayEndAt is { } at && (!end.EndsWhereMostProbable || read.EndsMostProbably))
        {
            Find(read.Insert![..at], read.Probability * read.Ends);
        }

        foreach (var (token, share) in read.Branches)
        {
            Branch(read, token, read.Probability * share);
        }
    }

    private void Branch(CompletionHypothesis from, int token, double probability)
    {
        var added = vocabulary.Index.Tokenizer.TokenBytes(token);
        if (probability == 0 || added.IsEmpty)
        {
            return;
        }

        byte[] bytes = [.. from.Bytes, .. added];
        if (bytes.Length < vocabulary.Open.Length)
        {
            _short += probability;
            Open(new(vocabulary, from, token, bytes, probability));
            return;
        }

        if (!TryDecode(bytes.AsSpan(vocabulary.Open.Length), out var insert, out var whole))
        {
            return;
        }

        var state = end.Find(insert);
        if (state.EndedAt is { } at)
        {
            Find(insert[..at], probability);
        }
        else if (from.Length + 1 == end.MostTokens)
        {
            Find(insert, probability);
        }
        else
        {
            Open(new(vocabulary, from, token, bytes, probability)
            {
                // Within a character nothing can end.
                End = whole ? state : default,
                Insert = whole ? insert : null,
            });
        }
    }

    private void Open(CompletionHypothesis hypothesis) =>
        _open.Enqueue(hypothesis, (-hypothesis.Probability, _made++));

    private void Find(string insert, double probability)
    {
        if (insert.Length > 0 && probability > 0)
        {
            _found.Add(insert, probability);
        }
    }

    /// <summary>Decodes the whole characters.</summary>
    /// <returns>False if the bytes are not the beginning of a text.</returns>
    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text, out bool whole)
    {
        var characters = new char[bytes.Length];
        var status = Utf8.ToUtf16(
            bytes, characters, out _, out var written, replaceInvalidSequences: false, isFinalBlock: false);
        text = new string(characters, 0, written);
        whole = status is OperationStatus.Done;
        return status is not OperationStatus.InvalidData;
    }
}
