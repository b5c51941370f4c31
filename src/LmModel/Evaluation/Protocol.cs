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
