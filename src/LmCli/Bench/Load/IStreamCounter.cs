namespace LmCli.Bench.Load;

/// <summary>Counts the tokens of a stream as its bytes pass, wherever reads cut it.</summary>
internal interface IStreamCounter
{
    /// <summary>Events with a token so far.</summary>
    int Tokens { get; }

    /// <summary>Gets ready for another stream.</summary>
    void Reset();

    /// <exception cref="InvalidDataException">The stream is not what it should be.</exception>
    void Feed(ReadOnlySpan<byte> bytes);

    /// <summary>Checks a stream that has ended.</summary>
    /// <returns>Tokens that the service says it has read and generated.</returns>
    /// <exception cref="InvalidDataException">It ended with an error, or early.</exception>
    (int Prompt, int Completion) Finish();
}
