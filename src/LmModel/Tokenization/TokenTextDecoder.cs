namespace LmModel.Tokenization;

/// <summary>Decodes a sequence token by token and never gives out half a character.</summary>
public sealed class TokenTextDecoder(Tokenizer tokenizer)
{
    /// <summary>Bytes held back are at most this many: an unfinished UTF-8 character.</summary>
    public const int MaxPendingBytes = 3;

    /// <summary>The text that became complete with token <paramref name="id"/>; may be empty.</summary>
    public string Append(int id) => throw new NotImplementedException(tokenizer.Kind);
}
