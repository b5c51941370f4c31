using System.Buffers;
using System.Text;
using System.Text.Json;
using LmModel.Files;

namespace LmModel.Tokenization;

/// <summary>
/// Reads <c>tokenizer.json</c> strictly: anything that is not exactly right is refused with the place and the reason.
/// </summary>
internal static class TokenizerReader
{
    private static readonly string[] Common = ["format", "version", "kind", "normalization"];

    private static readonly (string Name, UnknownCharacterRule Rule)[] Rules =
    [
        ("error", UnknownCharacterRule.Error),
        ("replace", UnknownCharacterRule.Replace),
        ("drop", UnknownCharacterRule.Drop),
    ];

    private static readonly (string Name, TextNormalization Form)[] Forms =
    [
        ("none", TextNormalization.None),
        ("nfc", TextNormalization.Nfc),
        ("nfkc", TextNormalization.Nfkc),
    ];

    public static string FormName(TextNormalization form) => Array.Find(Forms, f => f.Form == form).Name;

    public static string RuleName(UnknownCharacterRule rule) => Array.Find(Rules, r => r.Rule == rule).Name;

    /// <exception cref="InvalidDataException">It is not a tokenizer.</exception>
    public static Tokenizer Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            JsonText.Check(utf8.Span);
            using var json = JsonDocument.Parse(utf8);
            return Read(json.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"is not the JSON of a tokenizer: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            // The constructors of the tokenizers check that their parts fit together.
            throw new InvalidDataException(e.Message, e);
        }
    }

    private static Tokenizer Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"an object is expected, not {Shown(root)}.");
        if (!root.TryGetProperty("format", out _) && Foreign(root) is { } other)
            throw new InvalidDataException($"is not a tokenizer of this format: it looks like {other}.");
        Require(root, "format", TokenizerFile.Format);
        var version = Property(root, "version");
        if (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var v) || v != TokenizerFile.Version)
            throw new InvalidDataException($"version: {TokenizerFile.Version} is expected, not {Shown(version)}.");
        Tokenizer tokenizer = Text(Property(root, "kind"), "kind") switch
        {
            "characters" => ReadCharacters(root),
            "bytes" => ReadBytes(root),
            "bpe" => ReadBpe(root),
            "words" => ReadWords(root),
            var kind => throw new InvalidDataException(
                $"kind: 'characters', 'bytes', 'bpe' or 'words' is expected, not '{kind}'."),
        };
        return Normalization(root) is var form && form == TextNormalization.None ? tokenizer : tokenizer.With(form);
    }

    /// <summary>Files from before there was a choice have none.</summary>
    private static TextNormalization Normalization(JsonElement root)
    {
        if (!root.TryGetProperty("normalization", out var given))
            return TextNormalization.None;
        var name = Text(given, "normalization");
        var known = Array.FindIndex(Forms, f => f.Name == name);
        return known >= 0
            ? Forms[known].Form
            : throw new InvalidDataException($"normalization: 'none', 'nfc' or 'nfkc' is expected, not '{name}'.");
    }

    private static string? Foreign(JsonElement root)
    {
        var members = root.EnumerateObject().ToList();
        return ForeignFile.Recognize(members.Select(m => m.Name))
            ?? (members.Count > 0 && members.TrueForAll(m => m.Value.ValueKind == JsonValueKind.Number)
                ? "a bare table of tokens and ids; docs/tokenizers.md describes the rest of the file"
                : null);
    }

    private static CharacterTokenizer ReadCharacters(JsonElement root)
    {
        OnlyProperties(root, "unknown", "replacement", "vocabulary");
        var name = Text(Property(root, "unknown"), "unknown");
        var known = Array.FindIndex(Rules, r => r.Name == name);
        if (known < 0)
            throw new InvalidDataException($"unknown: 'error', 'replace' or 'drop' is expected, not '{name}'.");
        Rune? replacement = root.TryGetProperty("replacement", out var given)
            ? Character(Text(given, "replacement"), "replacement")
            : null;
        var vocabulary = Vocabulary(root).Select(token => Character(token, "vocabulary")).ToArray();
        return new CharacterTokenizer(vocabulary, Rules[known].Rule, replacement);
    }

    private static ByteTokenizer ReadBytes(JsonElement root)
    {
        OnlyProperties(root);
        return new ByteTokenizer();
    }

    private static BpeTokenizer ReadBpe(JsonElement root)
    {
        OnlyProperties(root, "vocabulary", "merges");
        var merges = Property(root, "merges");
        if (merges.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException($"merges: an array is expected, not {Shown(merges)}.");
        return new BpeTokenizer(Vocabulary(root), [.. merges.EnumerateArray().Select(Merge)]);
    }

    private static WordTokenizer ReadWords(JsonElement root)
    {
        OnlyProperties(root, "vocabulary");
        return new WordTokenizer(Vocabulary(root));
    }

    private static (string Left, string Right) Merge(JsonElement merge, int rank) =>
        Text(merge, $"merges[{rank}]").Split(' ') is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new InvalidDataException(
                $"merges[{rank}]: two tokens and a space between them are expected, not {Shown(merge)}.");

    /// <summary>The tokens by id. Ids are 0 … V−1, each once, in any order of lines.</summary>
    private static string[] Vocabulary(JsonElement root)
    {
        var vocabulary = Property(root, "vocabulary");
        if (vocabulary.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"vocabulary: an object is expected, not {Shown(vocabulary)}.");
        var tokens = new string?[vocabulary.GetPropertyCount()];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in vocabulary.EnumerateObject())
        {
            var token = item.Name;
            if (!seen.Add(token))
                throw new InvalidDataException($"vocabulary: '{token}' appears twice.");
            if (item.Value.ValueKind != JsonValueKind.Number || !item.Value.TryGetInt32(out var id) || id < 0)
            {
                throw new InvalidDataException(
                    $"vocabulary: an id is expected for '{token}', not {Shown(item.Value)}.");
            }

            if (id >= tokens.Length)
            {
                throw new InvalidDataException(
                    $"vocabulary: '{token}' has the id {id}, but there are {tokens.Length} tokens: "
                        + $"ids are 0 to {tokens.Length - 1} without gaps.");
            }

            if (tokens[id] is { } other)
                throw new InvalidDataException($"vocabulary: '{other}' and '{token}' have the same id, {id}.");
            tokens[id] = token;
        }

        // As many tokens as ids, none out of range, none shared: every id has a token.
        return tokens!;
    }

    private static Rune Character(string text, string where) =>
        Rune.DecodeFromUtf16(text, out var rune, out var length) == OperationStatus.Done && length == text.Length
            ? rune
            : throw new InvalidDataException($"{where}: one character is expected, not '{text}'.");

    private static JsonElement Property(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) ? value : throw new InvalidDataException($"{name}: is missing.");

    private static string Text(JsonElement value, string where) =>
        value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InvalidDataException($"{where}: a string is expected, not {Shown(value)}.");

    private static void Require(JsonElement root, string name, string expected)
    {
        if (Text(Property(root, name), name) is var found && found != expected)
            throw new InvalidDataException($"{name}: '{expected}' is expected, not '{found}'.");
    }

    private static void OnlyProperties(JsonElement root, params string[] allowed)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!Common.Contains(property.Name) && !allowed.Contains(property.Name))
                throw new InvalidDataException($"{property.Name}: is not a property of this kind of tokenizer.");
            if (!seen.Add(property.Name))
                throw new InvalidDataException($"{property.Name}: appears twice.");
        }
    }

    private static string Shown(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            _ => value.GetRawText() is { Length: > 40 } text ? text[..40] + "…" : value.GetRawText(),
        };
}
