using System.Text.Json;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Chat;
using LmModel.Generation;
using Microsoft.Extensions.Options;

namespace LmApi.OpenAi.Responses;

/// <summary>What a body asks for.</summary>
/// <param name="Settings">Of the one text.</param>
/// <param name="Instructions">As given.</param>
/// <param name="Stream">Whether to stream.</param>
internal sealed record ResponseRequest(GenerationSettings Settings, string? Instructions, bool Stream);

/// <summary>Parses a body into a valid request, or reports everything that is wrong with it.</summary>
internal sealed class ResponseParser(
    ResponseFields fields,
    GenerationRequestParser shared,
    ModelNames names,
    ModelHost host,
    IOptions<EngineOptions> engine)
{
    /// <exception cref="ProblemException">404 or 422 with all errors.</exception>
    public ResponseRequest Parse(JsonElement body)
    {
        var reader = new FieldReader(body, fields);
        reader.RefuseUnsupported();
        var model = reader.Read(OpenAiMembers.Model);
        var instructions = reader.Read(fields.Instructions);
        IEnumerable<ChatMessage> before = instructions is null ? [] : [new(ChatTemplate.System, instructions)];
        var (tokens, stop) = reader.TryRead(fields.Input, out var messages)
            ? ChatRules.Encode(
                host.Model, [.. before, .. messages], fields.Input.Name, engine.Value.MaxPromptTokens, reader.Errors)
            : ([], []);
        var settings = shared.ReadSettings(
            reader, (int)(reader.Read(fields.MaxOutputTokens) ?? 0), reader.Read(OpenAiMembers.Seed));
        var stream = reader.Read(OpenAiMembers.Stream)!.Value;
        reader.Errors.ThrowIfAny();
        names.Require(model);
        settings = settings with
        {
            PromptTokens = tokens,
            Seed = OpenAiMembers.SeedOf(settings.Seed, 0),
            Stop = [.. settings.Stop, .. stop],
        };
        return new(settings, instructions, stream);
    }
}
