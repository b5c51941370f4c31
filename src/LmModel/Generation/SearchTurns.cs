using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Generation;

/// <summary>Divides the waves of a search into turns of the engine. Not thread-safe.</summary>
/// <param name="search">The search of one generation.</param>
internal sealed class SearchTurns(ISearch search)
{
    private IReadOnlyList<IHypothesis> _wave = [];
    private int _waveRead;

    public ISearch Search => search;

    /// <summary>The search has begun: its hypotheses are being read.</summary>
    public bool Running => _wave.Count > 0;

    /// <summary>Tokens of hypotheses read so far.</summary>
    public int TokensRead { get; private set; }

    /// <summary>Hypotheses of this turn.</summary>
    public int Rows { get; private set; }

    public void Begin(RecurrentState state, ReadOnlySpan<float> logits, Candidates candidates) =>
        search.Begin(state, logits, candidates);

    /// <param name="most">Hypotheses to read at most; at least 1.</param>
    public void Plan(int most) => Rows = Math.Min(most, _wave.Count - _waveRead);

    /// <param name="row">Below <see cref="Rows"/>.</param>
    public IHypothesis this[int row] => _wave[_waveRead + row];

    /// <summary>Ends the turn; once the wave has been read, the search says what is next.</summary>
    /// <returns>Whether the search has ended.</returns>
    public bool EndTurn()
    {
        _waveRead += Rows;
        TokensRead += Rows;
        Rows = 0;
        if (_waveRead < _wave.Count)
        {
            return false;
        }

        (_wave, _waveRead) = (search.Next(), 0);
        return _wave.Count == 0;
    }
}
