using System.Text.Json;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;
using Microsoft.Extensions.Options;

namespace LmApi.OpenAi.Chat;

/// <summary>What a body asks for.</summary>
/// <param name="Settings">Of each choice.</param>
/// <param name="Logprobs">Whether to report log probabilities.</param>
/// <param name="Stream">How to stream; null for a single JSON answer.</param>
internal sealed record ChatRequest(IReadOnlyList<GenerationSettings> Settings, bool Logprobs, StreamOptions? Stream);

/// <summary>Parses a body into valid requests, or reports everything that is wrong with it.</summary>
internal sealed class ChatParser(
    ChatFields fields,
    GenerationFields generation,
    GenerationRequestParser shared,
    ModelNames names,
    ModelHost host,
    IOptions<EngineOptions> engine)
{
    /// <exception cref="ProblemException">404 or 422 with all errors.</exception>
    public ChatRequest Parse(JsonElement body)
    {
        var reader = new FieldReader(body, fields);
        reader.RefuseUnsupported();
        var model = reader.Read(OpenAiMembers.Model);
        var (tokens, stop) = reader.TryRead(fields.Messages, out var messages)
            ? ChatRules.Encode(
                host.Model, messages, fields.Messages.Name, engine.Value.MaxPromptTokens, reader.Errors)
            : ([], []);
        var maxTokens = reader.Read(generation.MaxTokens);
        maxTokens = reader.TryRead(fields.MaxCompletionTokens, out var newer) ? newer : maxTokens;
        var n = (int)(reader.Read(fields.N) ?? 1);
        var logprobs = reader.Read(fields.Logprobs)!.Value;
        var top = (int)(reader.Read(fields.TopLogprobs) ?? 0);
        var settings = shared.ReadSettings(reader, (int)(maxTokens ?? 0), reader.Read(OpenAiMembers.Seed));
        var streamOptions = reader.Read(OpenAiMembers.StreamOptions) ?? new(false);
        var stream = reader.Read(OpenAiMembers.Stream)!.Value;
        Check(reader.Errors, logprobs, top, (long)n * settings.MaxTokens);
        reader.Errors.ThrowIfAny();
        names.Require(model);
        var choices = Enumerable.Range(0, n).Select(i => settings with
        {
            PromptTokens = tokens,
            Stop = [.. settings.Stop, .. stop],
            Seed = OpenAiMembers.SeedOf(settings.Seed, i),
            Alternatives = logprobs ? top : 0,
        });
        return new([.. choices], logprobs, stream ? streamOptions : null);
    }

    private void Check(FieldErrors errors, bool logprobs, int top, long tokens)
    {
        if (top > 0 && !logprobs)
        {
            errors.Add(
                fields.TopLogprobs.Name, FieldErrorCodes.NotAvailable, "`top_logprobs` needs `logprobs` to be true.");
        }

        if (logprobs && tokens > OpenAiMembers.MaxReportedTokens)
        {
            errors.Add(fields.Logprobs.Name, FieldErrorCodes.TooMany,
                $"The log probabilities of {OpenAiMembers.MaxReportedTokens} tokens may be asked for, not of {tokens}.");
        }
    }
}
