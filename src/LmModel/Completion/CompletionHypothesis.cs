using LmModel.Generation;
using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Completion;

/// <summary>A beginning of a completion, and once it has been read, what may come next.</summary>
/// <remarks>
/// <code>
/// open part   " ki"          typed, and to be spelled again by tokens
/// hypothesis  " k"           short of it: what follows must continue with "i"
/// hypothesis  " kin"         covers it: the completion begins with "n"
/// </code>
/// </remarks>
/// <param name="vocabulary">What tokens begin with.</param>
/// <param name="from">The hypothesis that it continues by one token; null for the beginning.</param>
/// <param name="token">That token.</param>
/// <param name="bytes">All bytes since the beginning.</param>
/// <param name="probability">Of all its tokens, after what is certain of the text.</param>
internal sealed class CompletionHypothesis(
    CompletionVocabulary vocabulary, CompletionHypothesis? from, int token, byte[] bytes, double probability)
    : IHypothesis
{
    /// <summary>Tokens that may continue a hypothesis; the others are not looked at.</summary>
    private const int MostBranches = 24;

    private readonly int[] _tokens = [token];
    private RecurrentState? _state;

    public byte[] Bytes => bytes;

    public double Probability => probability;

    /// <summary>Its tokens since the beginning.</summary>
    public int Length { get; } = from is null ? 0 : from.Length + 1;

    /// <summary>Where its completion may end; not asked for while it is short of the open part.</summary>
    public EndState End { get; init; }

    /// <summary>The completion so far; null while it is short of the open part or ends within a character.</summary>
    public string? Insert { get; init; }

    public ReadOnlySpan<int> Tokens => _tokens;

    /// <summary>A copy of the state that it continues from, made when it is first asked for.</summary>
    public RecurrentState State => _state ??= from!.State.Clone();

    /// <summary>The share of what follows that covers the open part.</summary>
    public double Covers { get; private set; }

    /// <summary>The share of what follows that ends the completion.</summary>
    public double Ends { get; private set; }

    /// <summary>Whether ending is more probable than any token that continues it.</summary>
    public bool EndsMostProbably => Branches.Count == 0 || Ends > Branches[0].Share;

    /// <summary>The most probable tokens that continue it, best first, with their share of what follows.</summary>
    public IReadOnlyList<(int Token, double Share)> Branches { get; private set; } = [];

    /// <summary>The beginning: nothing has been read since what is certain of the text.</summary>
    public void Begin(RecurrentState state, ReadOnlySpan<float> logits, Candidates candidates)
    {
        _state = state;
        Accept(logits, candidates);
    }

    public void Accept(ReadOnlySpan<float> logits, Candidates candidates)
    {
        candidates.Reset(logits);
        var weights = candidates.Weights(out var total);
        var best = new BestTokens(MostBranches);
        if (bytes.Length < vocabulary.Open.Length)
        {
            var rest = vocabulary.Open.AsSpan(bytes.Length);
            foreach (var id in vocabulary.Index.StartingWith(rest))
            {
                Covers += weights[id] / total;
                best.Add(id, weights[id]);
            }

            var shorter = new List<int>();
            vocabulary.Index.AddPrefixesOf(rest, shorter);
            var branches = best.Shares(total).ToList();
            foreach (var id in shorter)
            {
                branches.Add((id, weights[id] / total));
            }

            Branches = branches;
            return;
        }

        var kinds = vocabulary.Kinds;
        var ends = 0.0;
        var mayEnd = End.MayEndAt is not null;
        for (var id = 0; id < weights.Length; id++)
        {
            if (mayEnd && End.Ends(kinds[id]))
            {
                ends += weights[id];
            }
            else
            {
                best.Add(id, weights[id]);
            }
        }

        Ends = ends / total;
        Branches = best.Shares(total);
    }

    /// <summary>The tokens of the largest weights; of equal ones those with the lower ids.</summary>
    private sealed class BestTokens(int most)
    {
        private readonly (int Id, float Weight)[] _best = new (int, float)[most];
        private int _count;

        public void Add(int id, float weight)
        {
            if (_count == most && !(weight > _best[^1].Weight))
            {
                return;
            }

            var place = _count < most ? _count++ : most - 1;
            for (; place > 0 && weight > _best[place - 1].Weight; place--)
            {
                _best[place] = _best[place - 1];
            }

            _best[place] = (id, weight);
        }

        public (int Token, double Share)[] Shares(double total) =>
            Array.ConvertAll(_best[.._count], best => (best.Id, best.Weight / total));
    }
}

/// <summary>What a search knows of the tokens of a model, for one text.</summary>
/// <param name="Index">The tokens by their bytes.</param>
/// <param name="Kinds">(V): what each means for the end, by its first character.</param>
/// <param name="Open">The open part of the text.</param>
internal sealed record CompletionVocabulary(TokenIndex Index, NextCharacter[] Kinds, byte[] Open);
