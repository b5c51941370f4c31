using System.Text;

namespace LmModel.Tokenization;

/// <summary>One token per byte of UTF-8: V is 256, every text has tokens, and nothing is unknown.</summary>
/// <remarks>A lone surrogate, which has no UTF-8, is read as U+FFFD.</remarks>
internal sealed class ByteTokenizer : Tokenizer
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];

    public override string Kind => "bytes";

    public override int VocabularySize => Bytes.Length;

    private protected override int[] EncodeNormalized(string text) =>
        Array.ConvertAll(Encoding.UTF8.GetBytes(text), b => (int)b);

    internal override int LastCut(string text) => text.Length;

    public override ReadOnlySpan<byte> TokenBytes(int id) => Bytes.AsSpan(CheckedId(id), 1);
}
