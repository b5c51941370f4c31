namespace LmModel.Evaluation;

/// <summary>How a text is scored. Figures from different protocols must never be compared.</summary>
public enum Protocol
{
    /// <summary>
    /// Windows of a fixed number of tokens, each from the zero state. This matches a request without history, and the
    /// figures published for windowed models.
    /// </summary>
    ColdWindows,

    /// <summary>The whole text once, in order, with the state carried from its first token to its last.</summary>
    Contiguous,
}

/// <summary>Human-readable descriptions of protocols.</summary>
internal static class Protocols
{
    /// <summary>A description such as <c>cold windows of 256</c> or <c>contiguous</c>.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="window">Number of tokens in a window; unused if the text is scored as a whole.</param>
    public static string Describe(this Protocol protocol, int window) => protocol switch
    {
        Protocol.ColdWindows => $"cold windows of {window}",
        Protocol.Contiguous => "contiguous",
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
    };
}
