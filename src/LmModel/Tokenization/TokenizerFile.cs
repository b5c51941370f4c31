namespace LmModel.Tokenization;

/// <summary>Reads and writes <c>tokenizer.json</c>.</summary>
public static class TokenizerFile
{
    /// <exception cref="InvalidDataException">The file is no tokenizer; the message says where and why.</exception>
    public static Tokenizer Load(string path) => throw new NotImplementedException();

    public static void Save(Tokenizer tokenizer, string path) => throw new NotImplementedException();
}
