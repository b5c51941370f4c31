namespace LmModel.Tokenization;

/// <summary>What a <see cref="CharacterTokenizer"/> does with a character that is not in its vocabulary.</summary>
public enum UnknownCharacterRule
{
    /// <summary>Refuse the text with an <see cref="UnknownCharacterException"/>.</summary>
    Error,

    /// <summary>Read it as another character, which the vocabulary has.</summary>
    Replace,

    /// <summary>Leave it out.</summary>
    Drop,
}
