using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LmModel.Tokenization;

/// <summary>The text of <c>tokenizer.json</c>: one vocabulary item per line, with line feeds on every system.</summary>
internal static class TokenizerWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        IndentSize = 2,
        NewLine = "\n",

        // Letters of all scripts are not escaped; control characters, quotes and characters without a glyph are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(Tokenizer tokenizer)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("format", TokenizerFile.Format);
            json.WriteNumber("version", TokenizerFile.Version);
            json.WriteString("kind", tokenizer.Kind);
            if (tokenizer.Normalization != TextNormalization.None)
                json.WriteString("normalization", TokenizerReader.FormName(tokenizer.Normalization));
            WriteKind(json, tokenizer);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteKind(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        switch (tokenizer)
        {
            case CharacterTokenizer characters:
                WriteUnknown(json, characters);
                WriteVocabulary(json, characters.Vocabulary.Select(c => c.ToString()));
                break;
            case ByteTokenizer:
                break;
            case BpeTokenizer bpe:
                WriteVocabulary(json, bpe.Vocabulary);
                WriteMerges(json, bpe.Merges);
                break;
            case WordTokenizer words:
                WriteVocabulary(json, words.Vocabulary);
                break;
            default:
                throw new ArgumentException(
                    $"A tokenizer of the kind '{tokenizer.Kind}' has no file format.", nameof(tokenizer));
        }
    }

    private static void WriteUnknown(Utf8JsonWriter json, CharacterTokenizer tokenizer)
    {
        json.WriteString("unknown", TokenizerReader.RuleName(tokenizer.UnknownRule));
        if (tokenizer.Replacement is { } replacement)
            json.WriteString("replacement", replacement.ToString());
    }

    private static void WriteVocabulary(Utf8JsonWriter json, IEnumerable<string> tokens)
    {
        json.WriteStartObject("vocabulary");
        foreach (var (id, token) in tokens.Index())
            json.WriteNumber(token, id);
        json.WriteEndObject();
    }

    private static void WriteMerges(Utf8JsonWriter json, IEnumerable<(string Left, string Right)> merges)
    {
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
            json.WriteStringValue($"{left} {right}");
        json.WriteEndArray();
    }
}
