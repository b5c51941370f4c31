using LmModel.Inference;

namespace LmService.Tests;

/// <summary>
/// A model whose next token a test writes down. It records what it steps, and steps only as far as it is let.
/// </summary>
/// <param name="rule">What a token does.</param>
/// <param name="vocabularySize">V; bytes where nothing is said.</param>
internal sealed class FakeStepModel(FakeStepModel.Rule rule, int vocabularySize = 256) : IStepModel
{
    // Before the logits of the last token, which a state that reads nothing gives again.
    private const int Memory = 4;

    private readonly Lock _gate = new();
    private readonly List<int> _stepped = [];
    private readonly List<int> _batches = [];
    private readonly List<int[]> _calls = [];
    private readonly List<int> _rows = [];

    /// <param name="token">The token stepped.</param>
    /// <param name="memory">The state; zero at first, to be changed at will.</param>
    /// <param name="logits">Receives (V), zero at first.</param>
    public delegate void Rule(int token, Span<float> memory, Span<float> logits);

    public int VocabularySize => vocabularySize;

    public int StateSize => Memory + VocabularySize;

    public int MaxInvariantBatch { get; init; } = 1;

    /// <summary>One permit a step; null if steps run freely.</summary>
    public SemaphoreSlim? Permits { get; init; }

    /// <summary>Whether what is stepped is written down, which grows forever.</summary>
    public bool Records { get; init; } = true;

    /// <summary>Released at the start of each step.</summary>
    public SemaphoreSlim Began { get; } = new(0);

    /// <summary>The tokens stepped so far, those in progress included.</summary>
    public int[] Stepped
    {
        get
        {
            lock (_gate)
            {
                return [.. _stepped];
            }
        }
    }

    /// <summary>The tokens of each batch so far.</summary>
    public int[][] Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>The size of each batch so far.</summary>
    public int[] Batches
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    /// <summary>How many logits each batch so far was requested.</summary>
    public int[] Rows
    {
        get
        {
            lock (_gate)
            {
                return [.. _rows];
            }
        }
    }

    /// <summary>Repeats the last token forever, so that what was stepped shows whose turn it was.</summary>
    public static FakeStepModel Repeating(
        SemaphoreSlim? permits = null, int maxBatch = 1, bool records = true) =>
        new((token, _, logits) => logits[token] = 20)
        {
            Permits = permits,
            MaxInvariantBatch = maxBatch,
            Records = records,
        };

    /// <summary>Says <paramref name="bytes"/>, once <paramref name="promptTokens"/> tokens have been read.</summary>
    public static FakeStepModel Saying(ReadOnlyMemory<byte> bytes, int promptTokens = 1) => new((_, memory, logits) =>
    {
        var position = (int)memory[0]++ - (promptTokens - 1);
        logits[position < 0 ? 0 : bytes.Span[position % bytes.Length]] = 20;
    });

    /// <summary>Logits that depend on all that was read and look random.</summary>
    public static FakeStepModel Noisy(int maxBatch = 1) => new(Noise) { MaxInvariantBatch = maxBatch };

    public void Advance(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        if (Records)
        {
            lock (_gate)
            {
                _stepped.AddRange(tokens);
                _calls.Add([.. tokens]);
                _batches.Add(lengths.Length);
                _rows.Add(logits.Length / VocabularySize);
            }
        }

        Began.Release();
        Permits?.Wait();
        for (var i = 0; i < states.Length; i++)
        {
            var memory = states[i].Values[..Memory];
            var last = states[i].Values[Memory..];
            foreach (var token in tokens[..lengths[i]])
            {
                last.Clear();
                rule(token, memory, last);
            }

            tokens = tokens[lengths[i]..];
            if (i * VocabularySize < logits.Length)
            {
                last.CopyTo(logits[(i * VocabularySize)..]);
            }
        }
    }

    public void Dispose()
    {
    }

    private static void Noise(int token, Span<float> memory, Span<float> logits)
    {
        var random = new Random(HashCode(token, (int)memory[0]));
        memory[0] = random.Next(1 << 20);
        foreach (ref var logit in logits)
        {
            logit = 6 * random.NextSingle();
        }
    }

    private static int HashCode(int token, int memory) => unchecked((memory * 31) + token + 7);
}
