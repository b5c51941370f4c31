using LmModel.Corpora;
using LmModel.Training.Settings;

namespace LmModel.Training.Batches;

/// <summary>
/// Cuts a text into B columns that are read side by side, T tokens at a time. The state after one window is the state
/// before the next: truncated backpropagation through time (Williams and Peng 1990).
/// </summary>
/// <remarks>
/// <code>
/// tokens   a b c d e f g h i j k l m n o p …        B = 3, T = 2
///
///          window 0   window 1
/// column 0   a b        c d      → targets are the tokens one position later: b c, d e
/// column 1   g h        i j
/// column 2   m n        o p
/// </code>
/// Each epoch starts at a different offset below T, so that windows are cut at different places. Windows may differ in
/// length.
/// </remarks>
internal sealed class ContiguousBatches
{
    private readonly ITokens _tokens;
    private readonly int[] _row;

    /// <param name="tokens">The text.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="windowLength">T, the usual length of a window.</param>
    /// <param name="longest">Length of the longest window, at least T.</param>
    /// <exception cref="ArgumentException">The text is too short for even one window.</exception>
    public ContiguousBatches(ITokens tokens, int batchSize, int windowLength, int longest)
    {
        _tokens = tokens;
        _row = new int[longest + 1];
        BatchSize = batchSize;
        ColumnLength = (tokens.Length - 1) / batchSize;
        WindowsPerEpoch = (int)Math.Min(int.MaxValue, (ColumnLength - (windowLength - 1)) / windowLength);
        if (WindowsPerEpoch < 1)
        {
            throw new ArgumentException(
                $"{tokens.Length} tokens are too few for {batchSize} columns of windows of {windowLength}: "
                + $"at least {LeastTokens(batchSize, windowLength)} are needed.", nameof(tokens));
        }
    }

    public int BatchSize { get; }

    /// <summary>Number of predictions in a column.</summary>
    public long ColumnLength { get; }

    /// <summary>Number of windows of the usual length; it differs by one depending on the offset.</summary>
    public int WindowsPerEpoch { get; }

    /// <summary>Number of tokens that a text needs for one window per epoch, whatever the offset.</summary>
    public static long LeastTokens(int batchSize, int windowLength) => ((2L * windowLength) - 1) * batchSize + 1;

    /// <summary>
    /// The settings, with fewer columns and then with shorter windows if a text is too short for the given ones.
    /// </summary>
    /// <param name="settings">The requested settings.</param>
    /// <param name="tokens">Tokens of the training text.</param>
    public static TrainingSettings Fit(TrainingSettings settings, long tokens)
    {
        var (batch, window) = (settings.BatchSize, settings.WindowLength);
        while (batch > 1 && LeastTokens(batch, window) > tokens)
        {
            batch /= 2;
        }

        while (window > 1 && LeastTokens(batch, window) > tokens)
        {
            window /= 2;
        }

        return settings with { BatchSize = batch, WindowLength = window };
    }

    /// <param name="position">Where in each column the window begins, from 0.</param>
    /// <param name="length">T; position + length is at most <see cref="ColumnLength"/>.</param>
    /// <returns>Inputs and targets, each (T, B); the tokens of a step are adjacent.</returns>
    public (int[] Inputs, int[] Targets) Window(long position, int length)
    {
        var inputs = new int[length * BatchSize];
        var targets = new int[length * BatchSize];
        var row = _row.AsSpan(0, length + 1);
        for (var b = 0; b < BatchSize; b++)
        {
            _tokens.CopyTo((b * ColumnLength) + position, row);
            for (var t = 0; t < length; t++)
            {
                inputs[(t * BatchSize) + b] = row[t];
                targets[(t * BatchSize) + b] = row[t + 1];
            }
        }

        return (inputs, targets);
    }
}
