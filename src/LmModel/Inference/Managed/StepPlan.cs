namespace LmModel.Inference.Managed;

/// <summary>
/// The order in which the tokens of a call are read. The sequences are sorted by decreasing number of tokens, so that
/// at each time the sequences that still read are at the front:
/// <code>
/// lengths 1, 3, 1     slot  0 1 2
///                 time 0    · · ·      items 0, 1, 2
///                      1    ·          item  3
///                      2    ·          item  4
/// </code>
/// </summary>
internal sealed class StepPlan
{
    private int[] _slots = [];
    private int[] _starts = [];
    private int[] _tokens = [];
    private int[] _live = [];

    /// <summary>Sequences that read anything.</summary>
    public int Slots { get; private set; }

    /// <summary>Number of times: the maximum number of tokens of a sequence.</summary>
    public int Times { get; private set; }

    /// <summary>Tokens in all, ΣT.</summary>
    public int Items { get; private set; }

    /// <summary>The token of each item, (Items).</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Items);

    /// <summary>The caller's index of the sequence in a slot.</summary>
    public int Sequence(int slot) => _slots[slot];

    /// <summary>Number of sequences that have a token at a time; they are in the first slots.</summary>
    public int Live(int time) => _live[time];

    /// <param name="tokens">The tokens of all sequences one after another.</param>
    /// <param name="lengths">(B).</param>
    /// <param name="from">The first time of each sequence that is read now.</param>
    /// <param name="most">The most times to read.</param>
    public void Make(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, int from, int most)
    {
        if (_slots.Length < lengths.Length)
        {
            (_slots, _starts) = (new int[lengths.Length], new int[lengths.Length]);
        }

        Sort(lengths, from);
        Times = Slots == 0 ? 0 : Math.Min(most, lengths[_slots[0]] - from);
        if (_live.Length < Times)
        {
            _live = new int[Times];
        }

        Items = 0;
        for (int time = 0, live = Slots; time < Times; time++)
        {
            while (lengths[_slots[live - 1]] - from <= time)
            {
                live--;
            }

            _live[time] = live;
            Items += live;
        }

        SetTokens(tokens, lengths, from);
    }

    /// <summary>Insertion sort, because nearly always all, or all but a few, read one token.</summary>
    private void Sort(ReadOnlySpan<int> lengths, int from)
    {
        Slots = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] <= from)
            {
                continue;
            }

            var slot = Slots++;
            for (; slot > 0 && lengths[_slots[slot - 1]] < lengths[i]; slot--)
            {
                _slots[slot] = _slots[slot - 1];
            }

            _slots[slot] = i;
        }
    }

    private void SetTokens(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, int from)
    {
        if (_tokens.Length < Items)
        {
            _tokens = new int[Items];
        }

        var begin = from;
        for (var i = 0; i < lengths.Length; i++)
        {
            _starts[i] = begin;
            begin += lengths[i];
        }

        for (var slot = 0; slot < Slots; slot++)
        {
            var start = _starts[_slots[slot]];
            for (int time = 0, item = slot; time < Times && slot < _live[time]; item += _live[time], time++)
            {
                _tokens[item] = tokens[start + time];
            }
        }
    }
}
