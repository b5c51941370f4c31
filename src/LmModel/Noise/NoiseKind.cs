namespace LmModel.Noise;

/// <summary>What people and programs do to a text without changing what it says.</summary>
internal enum NoiseKind
{
    /// <summary>Letters exchanged, left out, doubled, or replaced by a neighbour on the keyboard.</summary>
    Typos,

    /// <summary>Words in capitals or in small letters only.</summary>
    Case,

    /// <summary>Spaces left out.</summary>
    Spaces,

    /// <summary>Curly quotes for straight ones, dashes for hyphens, and the reverse.</summary>
    Quotes,

    /// <summary>
    /// The same characters in other Unicode forms: letters and accents apart (NFD), no-break spaces, ligatures.
    /// Normalization to NFKC undoes all of them.
    /// </summary>
    Unicode,
}
