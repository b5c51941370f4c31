namespace LmModel.Training;

/// <summary>
/// Cuts a text into B columns read side by side, T tokens at a time, so that the state after one window is the state
/// before the next: truncated backpropagation through time (Williams and Peng 1990).
/// </summary>
/// <remarks>
/// <code>
/// tokens   a b c d e f g h i j k l m n o p …        B = 3, T = 2
///
///          window 0   window 1
/// column 0   a b        c d      → targets are the same tokens one later: b c, d e
/// column 1   g h        i j
/// column 2   m n        o p
/// </code>
/// Each epoch starts at another offset below T, so that windows are cut elsewhere every time.
/// </remarks>
internal sealed class ContiguousBatches
{
    private readonly ITokens _tokens;
    private readonly int[] _row;
    private readonly long _columnLength;

    /// <exception cref="ArgumentException">The text is too short for even one window.</exception>
    public ContiguousBatches(ITokens tokens, int batchSize, int windowLength)
    {
        _tokens = tokens;
        _row = new int[windowLength + 1];
        BatchSize = batchSize;
        WindowLength = windowLength;
        _columnLength = (tokens.Length - 1) / batchSize;
        WindowsPerEpoch = (int)Math.Min(int.MaxValue, (_columnLength - (windowLength - 1)) / windowLength);
        if (WindowsPerEpoch < 1)
        {
            throw new ArgumentException(
                $"{tokens.Length} tokens are too few for {batchSize} columns of windows of {windowLength}: "
                + $"at least {LeastTokens(batchSize, windowLength)} are needed.", nameof(tokens));
        }
    }

    public int BatchSize { get; }

    public int WindowLength { get; }

    public int WindowsPerEpoch { get; }

    /// <summary>Tokens a text must have for one window an epoch at any offset.</summary>
    public static int LeastTokens(int batchSize, int windowLength) => (2 * windowLength - 1) * batchSize + 1;

    /// <param name="window">0 … <see cref="WindowsPerEpoch"/> − 1.</param>
    /// <param name="offset">Where the epoch starts in each column, 0 … T − 1.</param>
    /// <returns>Inputs and targets, each (B, T) row by row.</returns>
    public (long[] Inputs, long[] Targets) Window(int window, int offset)
    {
        var inputs = new long[BatchSize * WindowLength];
        var targets = new long[BatchSize * WindowLength];
        for (var b = 0; b < BatchSize; b++)
        {
            _tokens.CopyTo(b * _columnLength + offset + (long)window * WindowLength, _row);
            for (var t = 0; t < WindowLength; t++)
            {
                inputs[b * WindowLength + t] = _row[t];
                targets[b * WindowLength + t] = _row[t + 1];
            }
        }

        return (inputs, targets);
    }
}
