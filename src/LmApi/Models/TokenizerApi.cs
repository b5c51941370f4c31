using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.OpenApi;
using LmApi.Infrastructure.Problems;
using LmModel.Tokenization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LmApi.Models;

/// <summary><c>POST /tokenize</c> and <c>POST /detokenize</c>.</summary>
internal static class TokenizerApi
{
    public static void MapTokenizer(this IEndpointRouteBuilder routes)
    {
        ProblemKind[] problems =
        [
            ProblemKind.MalformedJson, ProblemKind.RequestTimeout, ProblemKind.BodyTooLarge,
            ProblemKind.UnsupportedMediaType, ProblemKind.InvalidRequest, ProblemKind.Overloaded,
        ];
        routes.MapPost("/tokenize", TokenizeAsync)
            .WithName("tokenize")
            .WithTags("Tokenizer")
            .WithSummary("Split a text into tokens")
            .WithDescription(
                "The tokens that the model would read, with the text of each. A body with `content`, `prompt` or "
                    + "`inputs` is answered as llama.cpp, vLLM and Text Generation Inference do.")
            .WithRequestBody<TokenizeFields>(ModelDocs.TokenizeRequest)
            .WithResponse<TokenizeResponse>(ModelDocs.Tokenized)
            .WithProblems(problems);
        routes.MapPost("/detokenize", DetokenizeAsync)
            .WithName("detokenize")
            .WithTags("Tokenizer")
            .WithSummary("Join tokens into a text")
            .WithDescription("The inverse of `POST /tokenize`.")
            .WithRequestBody<DetokenizeFields>(ModelDocs.DetokenizeRequest)
            .WithResponse<DetokenizeResponse>(ModelDocs.Detokenized)
            .WithProblems(problems);
    }

    internal static async Task<IResult> TokenizeAsync(
        HttpRequest request,
        BodyReader bodies,
        ModelHost host,
        TokenizeFields fields,
        TokenizeDialects dialects,
        IOptions<EngineOptions> options)
    {
        var tokenizer = host.Model.Tokenizer;
        var (tokens, other) = await bodies.ReadAsync(request, body =>
        {
            if (dialects.TryAnswer(body, tokenizer) is { } answer)
            {
                return (Tokens: (int[])[], Other: (JsonNode?)answer);
            }

            var reader = new FieldReader(body, fields);
            var read = reader.TryRead(fields.Text, out var text)
                ? TokenRules.Encode(tokenizer, text, fields.Text.Name, options.Value.MaxPromptTokens, reader.Errors)
                : [];
            reader.Errors.ThrowIfAny();
            return (Tokens: read, Other: null);
        });
        if (other is not null)
        {
            return TypedResults.Text(other.ToJsonString(JsonOptions), "application/json");
        }

        var pieces = tokens.Select(id => Piece(tokenizer, id)).ToList();
        return Answers.Json(
            new TokenizeResponse { Tokens = pieces, Count = pieces.Count }, ModelJson.Wire.TokenizeResponse);
    }

    internal static async Task<JsonHttpResult<DetokenizeResponse>> DetokenizeAsync(
        HttpRequest request, BodyReader bodies, ModelHost host, DetokenizeFields fields)
    {
        var tokenizer = host.Model.Tokenizer;
        var ids = await bodies.ReadAsync(request, body =>
        {
            var reader = new FieldReader(body, fields);
            var read = reader.TryRead(fields.Tokens, out var tokens) ? tokens : [];
            foreach (var (i, id) in read.Index())
            {
                TokenRules.RequireKnown(tokenizer, id, $"{fields.Tokens.Name}[{i}]", reader.Errors);
            }

            reader.Errors.ThrowIfAny();
            return read;
        });
        return Answers.Json(
            new DetokenizeResponse { Text = tokenizer.Decode(ids) }, ModelJson.Wire.DetokenizeResponse);
    }

    private static readonly JsonSerializerOptions JsonOptions = ApiJson.CreateOptions();

    private static TokenPieceResponse Piece(Tokenizer tokenizer, int id)
    {
        var bytes = tokenizer.TokenBytes(id);
        return new()
        {
            Id = id,
            Text = tokenizer.Decode([id]),
            Bytes = Utf8.IsValid(bytes) ? null : [.. bytes.ToArray().Select(b => (int)b)],
        };
    }
}
