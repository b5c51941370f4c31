using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace LmService.Tests;

/// <summary>What people and programs send, rightly and wrongly: texts, JSON, files with changes.</summary>
internal static class RandomInputs
{
    /// <summary>One to four bytes of UTF-8, controls, combining and invisible characters, ends of ranges.</summary>
    private static readonly string[] Oddities =
    [
        "", "\0", "\u001b[2J", "\n", "\r\n", "\t", "\u0085", "\u2028", "\u00a0", "\u200b", "\u200d", "\ufeff",
        "\ufffd", "\uffff",
        "e\u0301", "é", "ß", "İ", "ﬁ", "€", "語", "한", "😀", "👩‍👩‍👧",
        "\U0010ffff", "\u202e", "'ll", "  ", "<unk>", "123", "\\", "\"",
    ];

    /// <summary>Any UTF-16: words, oddities, and surrogates that stand alone.</summary>
    public static readonly Gen<string> Texts = Gen.Frequency<string>(
        (4, Gen.Char['a', 'e'].Select(c => c.ToString())),
        (2, Gen.Const(" ")),
        (2, Gen.OneOf(Oddities)),
        (1, Gen.Int[0, 0x10ffff].Where(Rune.IsValid).Select(c => new Rune(c).ToString())),
        (1, Gen.Char['\ud800', '\udfff'].Select(c => c.ToString()))).Array[0, 30].Select(string.Concat);

    /// <summary>As <see cref="Texts"/>, without lone surrogates: what has a UTF-8.</summary>
    public static readonly Gen<string> WellFormedTexts = Texts.Select(t =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t)));

    /// <summary>Numbers in every notation of JSON, small, at the bounds of types, and beyond.</summary>
    public static readonly Gen<string> JsonNumbers = Gen.OneOf<string>(
        Gen.Int[-3, 300].Select(i => i.ToString(CultureInfo.InvariantCulture)),
        Gen.Double[-2, 2].Select(d => d.ToString("R", CultureInfo.InvariantCulture)),
        Gen.OneOf(
            "-0", "1e0", "1E+2", "1e-400", "1e400", "-1e400", "0.1", "2147483647", "2147483648", "-2147483649",
            "9007199254740991", "9007199254740992", "9223372036854775808", "1e999999999",
            "0.00000000000000000000000000000000000000000000000001",
            new string('9', 400)));

    /// <summary>Strings of JSON, with escapes that stand for no text among them.</summary>
    public static readonly Gen<string> JsonStrings = Gen.OneOf<string>(
        WellFormedTexts.Select(t => JsonSerializer.Serialize(t)),
        Gen.OneOf(
            "\"\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"a\\u0000b\"", "\"\\u001b[31m\"", "\"\\n- forged\"",
            "\"\ud83d\ude00\"", "\"lstm\"", "\"int8\"", "\"1\"", "\"true\"", $"\"{new string('x', 2000)}\""));

    /// <summary>Any JSON value, a few levels deep.</summary>
    public static readonly Gen<string> Json = Gen.Recursive<string>((depth, deeper) => depth > 3
        ? Scalars
        : Gen.Frequency<string>(
            (6, Scalars),
            (1, deeper.Array[0, 4].Select(items => $"[{string.Join(',', items)}]")),
            (1, Gen.Select(JsonStrings, deeper).Array[0, 4].Select(
                members => $"{{{string.Join(',', members.Select(m => $"{m.Item1}:{m.Item2}"))}}}")),
            (1, Gen.Int[1, 200].Select(levels => new string('[', levels) + new string(']', levels)))));

    private static Gen<string> Scalars => Gen.Frequency<string>(
        (3, JsonNumbers), (3, JsonStrings), (2, Gen.OneOf("null", "true", "false")));

    /// <summary>A file with one to four edits: bits, bytes, pieces cut out, doubled, put in or moved.</summary>
    public static Gen<byte[]> Edits(byte[] file) => Edit.Array[1, 4].Select(
        edits => edits.Aggregate(file, (bytes, edit) => edit.Apply(bytes)));

    /// <summary>
    /// A JSON text in which one token, or the value that begins with it, is another JSON value, is missing or is
    /// there twice.
    /// </summary>
    public static Gen<string> JsonEdits(string json)
    {
        var places = Places(json);
        return Gen.Select(Gen.Int[0, places.Count - 1], Json, Gen.Int[0, 5], (place, other, way) =>
        {
            var (start, end) = places[place];
            var given = json[start..end];
            return json[..start] + (way switch { 0 => "", 1 => $"{given},{given}", _ => other }) + json[end..];
        });
    }

    /// <summary>Where each value and each name begins and ends; of long lists, the first few.</summary>
    private static List<(int Start, int End)> Places(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        int Index(long offset) => Encoding.UTF8.GetCharCount(utf8, 0, (int)offset);
        var places = new List<(int Start, int End)>();
        var reader = new Utf8JsonReader(utf8);
        while (places.Count < 300 && reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                continue;
            }

            var value = reader;
            var start = reader.TokenStartIndex;
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                value.Skip();
            }

            places.Add((Index(start), Index(value.BytesConsumed)));
            if (reader.TokenType is JsonTokenType.PropertyName)
            {
                // A member as a whole: the name, and the value after it.
                value.Read();
                value.Skip();
                places.Add((Index(start), Index(value.BytesConsumed)));
            }
        }

        return places;
    }

    private static readonly Gen<Edited> Edit = Gen.Select(
        Gen.Int[0, 7], Gen.Double.Unit, Gen.Double.Unit, Gen.Byte, Gen.Int[0, 40], (way, at, to, value, length) =>
            new Edited(way, at, to, value, length));

    /// <param name="Way">Which edit.</param>
    /// <param name="At">Where, as a share of the file.</param>
    /// <param name="To">Where to, as a share of the file.</param>
    /// <param name="Value">A byte, or the bit of one.</param>
    /// <param name="Length">Bytes of a piece.</param>
    private sealed record Edited(int Way, double At, double To, byte Value, int Length)
    {
        private static readonly byte[] Telling =
            [.. "\"\\{}[],:0-9eE.tfn \n\0"u8, 0xff, 0xc3, 0xed, 0xa0, 0xef, 0xbb, 0xbf];

        public byte[] Apply(byte[] file)
        {
            // Half of the edits in the first kilobyte: that is where headers are.
            var reach = Value % 2 == 0 ? Math.Min(file.Length, 1024) : file.Length;
            var (at, to) = ((int)(At * reach), (int)(To * file.Length));
            var end = Math.Min(at + Length, file.Length);
            return Way switch
            {
                0 => Set(file, at, b => (byte)(b ^ (1 << (Value % 8)))),
                1 => Set(file, at, _ => Value),
                2 => Set(file, at, _ => Telling[Value % Telling.Length]),
                3 => file[..at],
                4 => [.. file[..at], .. file[end..]],
                5 => [.. file[..end], .. file[at..]],
                6 => [.. file[..to], .. file[at..end], .. file[to..]],
                _ => [.. file[..at], .. Enumerable.Repeat(Value, Length), .. file[at..]],
            };
        }

        private static byte[] Set(byte[] file, int at, Func<byte, byte> change) =>
            file.Length == 0 ? file : [.. file[..at], change(file[at]), .. file[(at + 1)..]];
    }
}
