namespace LmModel.Evaluation.Ngrams;

/// <summary>The n-grams of texts for all orders up to a maximum, and how often they occur.</summary>
/// <remarks>Time is linear in tokens · order; memory is about 24 bytes per distinct n-gram.</remarks>
internal sealed class NgramCounts
{
    /// <summary>The highest order that can be counted.</summary>
    public const int MaxOrder = 32;

    private readonly NgramTable[] _tables;

    /// <param name="order">Number of tokens in the longest n-grams, 1 to <see cref="MaxOrder"/>.</param>
    /// <param name="vocabularySize">V; ids are 0 … V−1.</param>
    public NgramCounts(int order, int vocabularySize)
    {
        if (order is < 1 or > MaxOrder)
        {
            throw new ArgumentOutOfRangeException(
                nameof(order),
                $"The order of n-grams must be 1 to {MaxOrder}, not {order}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        VocabularySize = vocabularySize;
        _tables = [.. Enumerable.Range(0, order).Select(_ => new NgramTable())];
    }

    public int Order => _tables.Length;

    public int VocabularySize { get; }

    /// <summary>Number of tokens counted.</summary>
    public long Tokens { get; private set; }

    /// <summary>The n-grams of order <paramref name="n"/>, from 1 to <see cref="Order"/>.</summary>
    internal NgramTable this[int n] => _tables[n - 1];

    /// <summary>Counts a text. N-grams do not extend across texts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not a token of the vocabulary.</exception>
    public void Add(ReadOnlySpan<int> tokens, CancellationToken cancellation = default)
    {
        // By length k: the id of the k tokens that end at the last position. The id of the empty sequence is 0.
        Span<int> ending = stackalloc int[Order + 1];
        for (var i = 0; i < tokens.Length; i++)
        {
            if ((i & 0xFFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            var token = Checked(tokens[i], i);
            var longest = Math.Min(Order, i + 1);
            var context = 0;
            for (var n = 1; n <= longest; n++)
            {
                var id = this[n].Add(context, token, out var isNew);
                context = ending[n];
                ending[n] = id;
                if (isNew && n > 1)
                {
                    this[n - 1].AddContinuation(ending[n - 1]);
                }
            }

            if (i < Order)
            {
                // This n-gram covers the whole text so far, so it is preceded by the beginning of the text.
                this[i + 1].AddContinuation(ending[i + 1]);
            }
        }

        Tokens += tokens.Length;
    }

    internal int Checked(int token, int index) => (uint)token < (uint)VocabularySize
        ? token
        : throw new ArgumentOutOfRangeException(
            nameof(token), $"Token {index} has the id {token}; the vocabulary has 0 to {VocabularySize - 1}.");
}
