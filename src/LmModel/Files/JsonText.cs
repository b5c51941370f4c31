using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace LmModel.Files;

/// <summary>Checks a JSON text as a whole before it is parsed.</summary>
/// <remarks>
/// The parsers check a string only when it is read, and then throw an exception without a position. After this check
/// only duplicate members can still cause errors.
/// </remarks>
internal static class JsonText
{
    /// <exception cref="JsonException">
    /// It is a file of another kind, is not UTF-8 or not JSON, or a string in it is not Unicode; the message says
    /// where.
    /// </exception>
    public static void Check(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            throw new JsonException($"it {FolderFile.Empty}");
        }

        // The beginning of a header behind the last three bytes of its length.
        if (json.Length > 8 && json[5..].StartsWith("\0\0\0{"u8))
        {
            throw new JsonException("it looks like a safetensors file, whose name is model.safetensors");
        }

        if (ForeignFile.Recognize(json) is { } kind)
        {
            throw new JsonException($"it looks like {kind}");
        }

        if (FirstInvalid(json) is { } at)
        {
            throw new JsonException(
                $"{Place(json, at)}: the byte 0x{json[at]:X2} is not UTF-8; save the file as UTF-8");
        }

        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                CheckString(json, ref reader);
            }
        }
    }

    private static void CheckString(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException(
                $"{Place(json, reader.TokenStartIndex)}: the string has an unpaired surrogate, which is "
                    + "not a character",
                e);
        }
    }

    private static int? FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
        {
            return null;
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static string Place(ReadOnlySpan<byte> json, long at)
    {
        var before = json[..(int)at];
        return $"line {before.Count((byte)'\n') + 1}, byte {before.Length - before.LastIndexOf((byte)'\n')}";
    }
}
