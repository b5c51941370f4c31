using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using LmModel.Chat;
using Microsoft.OpenApi;

namespace LmApi.OpenAi;

/// <summary>
/// The messages of a chat: objects of <c>role</c> and <c>content</c>, a text or an array of parts that are texts.
/// </summary>
internal sealed class ChatMessagesField : Field<IReadOnlyList<ChatMessage>>
{
    public const int MaxItems = 1024;

    /// <summary>Whether one text may stand for a message of the user.</summary>
    public bool AllowsText { get; init; }

    /// <summary>Whether there may be no message at all.</summary>
    public bool AllowsNone { get; init; }

    private static readonly Dictionary<string, string> Roles = new()
    {
        ["system"] = ChatTemplate.System,
        ["developer"] = ChatTemplate.System,
        ["user"] = ChatTemplate.User,
        ["assistant"] = ChatTemplate.Assistant,
    };

    /// <summary>What a message may have besides a text, which the model cannot read.</summary>
    private static readonly string[] OtherMembers = ["images", "tool_calls", "function_call", "audio"];

    private static readonly string[] TextParts = ["text", "input_text", "output_text"];

    public override string TypeInWords => (AllowsText ? "a string or " : "")
        + $"an array of 1 to {MaxItems} messages: `content`, and `role` `system`, `developer`, `user` or `assistant`";

    public override bool TryRead(
        JsonElement value,
        string path,
        FieldErrors errors,
        [MaybeNullWhen(false)] out IReadOnlyList<ChatMessage> result)
    {
        result = null;
        if (AllowsText && value.ValueKind == JsonValueKind.String)
        {
            result = TryReadText(value, path, errors, out var text) ? [new(ChatTemplate.User, text)] : null;
            return result is not null;
        }

        if (!IsArray(value, path, errors, MaxItems))
        {
            return false;
        }

        var messages = value.EnumerateArray()
            .Select((item, i) => TryReadMessage(item, $"{path}[{i}]", errors, out var message) ? message : null)
            .ToList();
        if (messages.Count == 0 && !AllowsNone)
        {
            errors.Add(path, FieldErrorCodes.TooShort, $"`{path}` must be {TypeInWords}.", value);
        }

        result = messages.OfType<ChatMessage>().ToList();
        return (messages.Count > 0 || AllowsNone) && result.Count == messages.Count;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        var messages = new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            MinItems = 1,
            MaxItems = MaxItems,
            Items = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = new HashSet<string> { "role" },
                Properties = new Dictionary<string, IOpenApiSchema>
                {
                    ["role"] = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Enum = [.. Roles.Keys.Select(role => JsonValue.Create(role))],
                    },
                    ["content"] = new OpenApiSchema { Description = "A text, or an array of parts that are texts." },
                },
            },
        };
        schema.OneOf = AllowsText ? [text, messages] : [messages];
    }

    protected override JsonNode? DefaultJson() => null;

    private static bool TryReadMessage(
        JsonElement item, string path, FieldErrors errors, [NotNullWhen(true)] out ChatMessage? message)
    {
        message = null;
        if (item.ValueKind != JsonValueKind.Object)
        {
            return Refuse(item, path, "an object of `role` and `content`", errors);
        }

        if (JsonText.TryGetMember(item, "type", out var type) && !Is(type, "message"))
        {
            return Refuse(type, $"{path}.type", "`message`: there are no other items here", errors);
        }

        var onlyText = true;
        foreach (var name in OtherMembers)
        {
            if (JsonText.TryGetMember(item, name, out var other) && !AsksForNothing(other))
            {
                onlyText = Refuse(other, $"{path}.{name}", "absent: the model reads texts only", errors);
            }
        }

        var known = JsonText.TryGetMember(item, "role", out var role)
            & Roles.TryGetValue(TextOf(role) ?? "", out var speaker);
        if (!known)
        {
            Refuse(role, $"{path}.role", "`system`, `developer`, `user` or `assistant`", errors);
        }

        var valid = TryReadContent(item, speaker, path, errors, out var content);
        message = known && valid && onlyText ? new(speaker!, content) : null;
        return message is not null;
    }

    private static bool AsksForNothing(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    private static bool TryReadContent(
        JsonElement item, string? speaker, string path, FieldErrors errors, out string content)
    {
        content = "";
        path += ".content";
        var given = JsonText.TryGetMember(item, "content", out var value) && value.ValueKind != JsonValueKind.Null;
        if (!given)
        {
            // An assistant's message may have had calls of tools only.
            return speaker == ChatTemplate.Assistant || Refuse(value, path, "a text", errors);
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return TryReadText(value, path, errors, out content);
        }

        var valid = true;
        foreach (var (i, part) in value.EnumerateArray().Index())
        {
            var isText = part.ValueKind == JsonValueKind.Object
                && JsonText.TryGetMember(part, "type", out var type) && TextParts.Any(name => Is(type, name));
            if (!isText)
            {
                valid = Refuse(part, $"{path}[{i}]", "a part with `type` `text`: the model reads nothing else", errors);
                continue;
            }

            JsonText.TryGetMember(part, "text", out var text);
            valid &= TryReadText(text, $"{path}[{i}].text", errors, out var read);
            content += read;
        }

        return valid;
    }

    private static bool TryReadText(JsonElement value, string path, FieldErrors errors, out string text)
    {
        text = TextOf(value) ?? "";
        return TextOf(value) is not null || Refuse(value, path, "a string of valid text", errors);
    }

    private static string? TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && JsonText.TryGet(value, out var text) ? text : null;

    private static bool Is(JsonElement value, string text) => TextOf(value) == text;

    private static bool Refuse(JsonElement value, string path, string expected, FieldErrors errors)
    {
        errors.Add(path, FieldErrorCodes.WrongType, $"`{path}` must be {expected}.",
            value.ValueKind == JsonValueKind.Undefined ? null : value);
        return false;
    }
}
