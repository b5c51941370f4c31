using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using LmModel.Tokenization;
using Microsoft.Extensions.Options;

namespace LmApi.Models;

/// <summary>
/// <c>POST /tokenize</c> for clients of other services, three of which have a path of this name. The member that holds
/// the text tells them apart.
/// </summary>
internal sealed class TokenizeDialects(IOptions<EngineOptions> engine)
{
    /// <summary>llama.cpp, which answers with ids, or with ids and pieces.</summary>
    private readonly Table _llama = new("content", "with_pieces", "add_special", "parse_special");

    /// <summary>vLLM.</summary>
    private readonly Table _vllm = new("prompt", "return_token_strs", "model", "add_special_tokens");

    /// <summary>Text Generation Inference, which answers with an array, and where in the text each token is.</summary>
    private readonly Table _tgi = new("inputs", "add_special_tokens", "parameters");

    /// <summary>The answer; null if the body is not in one of these dialects.</summary>
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public JsonNode? TryAnswer(JsonElement body, Tokenizer tokenizer) =>
        body.ValueKind != JsonValueKind.Object || JsonText.TryGetMember(body, "text", out _) ? null
        : JsonText.TryGetMember(body, _llama.Text.Name, out _) ? Llama(body, tokenizer)
        : JsonText.TryGetMember(body, _vllm.Text.Name, out _) ? Vllm(body, tokenizer)
        : JsonText.TryGetMember(body, _tgi.Text.Name, out _) ? Tgi(body, tokenizer)
        : null;

    private JsonObject Llama(JsonElement body, Tokenizer tokenizer)
    {
        var (tokens, withPieces) = Read(body, _llama, tokenizer);
        JsonNode? Item(int id) => withPieces
            ? new JsonObject { ["id"] = id, ["piece"] = Piece(tokenizer, id) }
            : JsonValue.Create(id);
        return new() { ["tokens"] = new JsonArray([.. tokens.Select(Item)]) };
    }

    private JsonObject Vllm(JsonElement body, Tokenizer tokenizer)
    {
        var (tokens, withTexts) = Read(body, _vllm, tokenizer);
        return new()
        {
            ["count"] = tokens.Length,
            ["max_model_len"] = engine.Value.MaxPromptTokens,
            ["tokens"] = new JsonArray([.. tokens.Select(id => (JsonNode?)id)]),
            ["token_strs"] = withTexts
                ? new JsonArray([.. tokens.Select(id => (JsonNode?)tokenizer.Decode([id]))])
                : null,
        };
    }

    private JsonArray Tgi(JsonElement body, Tokenizer tokenizer)
    {
        var (tokens, _) = Read(body, _tgi, tokenizer);
        var decoder = new TokenTextDecoder(tokenizer);
        var answer = new JsonArray();
        var start = 0;
        foreach (var id in tokens)
        {
            var stop = start + decoder.Append(id).EnumerateRunes().Count();
            answer.Add(new JsonObject
            {
                ["id"] = id,
                ["text"] = tokenizer.Decode([id]),
                ["start"] = start,
                ["stop"] = stop,
            });
            start = stop;
        }

        return answer;
    }

    private (int[] Tokens, bool Flag) Read(JsonElement body, Table table, Tokenizer tokenizer)
    {
        var reader = new FieldReader(body, table);
        var tokens = reader.TryRead(table.Text, out var text)
            ? TokenRules.Encode(tokenizer, text, table.Text.Name, engine.Value.MaxPromptTokens, reader.Errors)
            : [];
        var flag = reader.Read(table.Flag)!.Value;
        reader.Errors.ThrowIfAny();
        return (tokens, flag);
    }

    /// <summary>Bytes that are not whole characters are given as numbers.</summary>
    private static JsonNode? Piece(Tokenizer tokenizer, int id)
    {
        var bytes = tokenizer.TokenBytes(id);
        return Utf8.IsValid(bytes)
            ? JsonValue.Create(tokenizer.Decode([id]))
            : new JsonArray([.. bytes.ToArray().Select(unit => (JsonNode?)(int)unit)]);
    }

    /// <summary>A text, a switch, and what has no effect because there are no special tokens.</summary>
    private sealed class Table(string text, string flag, params string[] ignored) : FieldTable
    {
        public override string SchemaName => $"TokenizeRequest_{text}";

        public override string Description => "A text to split.";

        public TextField Text { get; } = new() { Name = text, Required = true, Description = "The text to split." };

        public BooleanField Flag { get; } = new() { Name = flag, Default = false, Description = "Says more." };

        public override IReadOnlyList<Field> All => field ??= [Text, Flag, .. IgnoredField.Of(ignored)];
    }
}
