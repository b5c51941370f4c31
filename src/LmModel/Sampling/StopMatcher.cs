namespace LmModel.Sampling;

/// <summary>Finds stop sequences in a text that arrives in pieces, and holds back what may be the start of one.</summary>
public sealed class StopMatcher(IReadOnlyList<string> stop)
{
    /// <summary>A stop sequence was found; nothing more is given out.</summary>
    public bool Stopped => throw new NotImplementedException(stop.Count.ToString());

    /// <summary>Takes the next piece and gives out what can no longer be part of a stop sequence.</summary>
    public string Append(string piece) => throw new NotImplementedException(piece);

    /// <summary>The text ended: gives out what was held back.</summary>
    public string Flush() => throw new NotImplementedException();
}
