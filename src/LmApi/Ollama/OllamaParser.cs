using System.Text.Json;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Chat;
using LmModel.Generation;
using Microsoft.Extensions.Options;

namespace LmApi.Ollama;

/// <summary>What a body asks for.</summary>
/// <param name="Settings">Null if there is nothing to continue.</param>
/// <param name="IsChat">Whether the answer is a message.</param>
/// <param name="Logprobs">Whether to report log probabilities.</param>
/// <param name="Stream">Whether to answer with lines.</param>
internal sealed record OllamaRequest(GenerationSettings? Settings, bool IsChat, bool Logprobs, bool Stream);

/// <summary>Parses a body into a valid request, or reports everything that is wrong with it.</summary>
internal sealed class OllamaParser(
    OllamaGenerateFields generateFields,
    OllamaChatFields chatFields,
    GenerationRequestParser shared,
    ModelNames names,
    ModelHost host,
    IOptions<EngineOptions> engine)
{
    private static readonly JsonElement NoOptions = JsonDocument.Parse("{}").RootElement;

    private readonly int _maxTokens = engine.Value.MaxPromptTokens;

    /// <exception cref="ProblemException">404 or 422 with all errors.</exception>
    public OllamaRequest ParseGenerate(JsonElement body)
    {
        var fields = generateFields;
        var reader = new FieldReader(body, fields);
        var text = reader.Read(fields.Prompt) ?? "";
        var system = reader.Read(fields.System);
        IEnumerable<ChatMessage> before = system is null or "" ? [] : [new(ChatTemplate.System, system)];
        var prompt = reader.Read(fields.Raw)!.Value
            ? (TokenRules.Encode(host.Model.Tokenizer, text, fields.Prompt.Name, _maxTokens, reader.Errors), [])
            : ChatRules.Encode(
                host.Model, [.. before, new(ChatTemplate.User, text)], fields.Prompt.Name, _maxTokens, reader.Errors);
        return Parse(reader, fields, text.Length > 0 ? prompt : null);
    }

    /// <exception cref="ProblemException">404 or 422 with all errors.</exception>
    public OllamaRequest ParseChat(JsonElement body)
    {
        var fields = chatFields;
        var reader = new FieldReader(body, fields);
        (int[], IReadOnlyList<string>)? prompt = reader.TryRead(fields.Messages, out var messages) && messages.Count > 0
            ? ChatRules.Encode(host.Model, messages, fields.Messages.Name, _maxTokens, reader.Errors)
            : null;
        return Parse(reader, fields, prompt) with { IsChat = true };
    }

    private OllamaRequest Parse(
        FieldReader reader, OllamaFields fields, (int[] Tokens, IReadOnlyList<string> Stop)? prompt)
    {
        reader.RefuseUnsupported();
        var model = reader.Read(fields.Model);
        var stream = reader.Read(fields.Stream)!.Value;
        var logprobs = reader.Read(fields.Logprobs)!.Value;
        var top = (int)reader.Read(fields.TopLogprobs)!.Value;
        var options = reader.TryRead(fields.Options, out var given)
            ? given
            : new FieldReader(NoOptions, fields.Options.Members, fields.Options.Name, reader.Errors);
        var settings = ReadOptions(options, fields.Options);
        reader.Errors.ThrowIfAny();
        names.Require(model);
        return new(
            prompt is not { } text ? null : settings with
            {
                PromptTokens = text.Tokens,
                Stop = [.. settings.Stop, .. text.Stop],
                Alternatives = logprobs ? top : 0,
            },
            IsChat: false,
            logprobs,
            stream);
    }

    private GenerationSettings ReadOptions(FieldReader reader, OllamaOptionsField fields)
    {
        var asked = reader.Read(fields.NumPredict) ?? 0;
        var seed = reader.Read(fields.Seed);
        var settings = shared.ReadSettings(
            reader, (int)(asked < 0 ? fields.NumPredict.Maximum : asked), seed >= 0 ? seed : null);
        return reader.TryRead(fields.RepeatPenalty, out var penalty)
            ? settings with { Sampling = settings.Sampling with { RepetitionPenalty = penalty!.Value } }
            : settings;
    }
}
