namespace LmModel.Tokenization;

/// <summary>The Unicode normalization form that a tokenizer converts a text to before it reads it (UAX #15).</summary>
public enum TextNormalization
{
    /// <summary>The text as it is.</summary>
    None,

    /// <summary>Canonical composition: the letter é is one character, however it was typed.</summary>
    Nfc,

    /// <summary>Compatibility composition: also, ﬁ is fi, ² is 2 and full-width letters are the usual ones.</summary>
    Nfkc,
}
