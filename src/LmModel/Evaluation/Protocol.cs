namespace LmModel.Evaluation;

/// <summary>How a text is scored. Figures of different protocols must never be compared.</summary>
public enum Protocol
{
    /// <summary>
    /// Windows of a fixed number of tokens, each from the zero state: what a request without history sees, and what
    /// figures published for windowed models are.
    /// </summary>
    ColdWindows,

    /// <summary>The whole text once, in order, with the state carried from its first token to its last.</summary>
    Contiguous,
}

/// <summary>Protocols as people read them.</summary>
internal static class Protocols
{
    /// <summary>Such as <c>cold windows of 256</c> or <c>contiguous</c>.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="window">Tokens of a window; unused where the text is scored whole.</param>
    public static string Describe(this Protocol protocol, int window) => protocol switch
    {
        Protocol.ColdWindows => $"cold windows of {window}",
        Protocol.Contiguous => "contiguous",
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
    };
}
