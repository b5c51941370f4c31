using LmModel.Chat;
using LmModel.Sampling;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;
using Message = LmModel.Chat.ChatMessage;

namespace LmModel.Extensions.AI;

/// <summary>What a chat asks for, in the terms of the library.</summary>
internal static class ChatRequest
{
    /// <exception cref="NotSupportedException">It is more than text, or from a tool.</exception>
    public static Message ToMessage(AiMessage message)
    {
        if (message.Contents.FirstOrDefault(content => content is not (TextContent or UsageContent)) is { } other)
        {
            throw new NotSupportedException($"The model reads text only, not {other.GetType().Name}.");
        }

        return message.Role == ChatRole.Tool
            ? throw new NotSupportedException("The model calls no tools, so there are no messages of tools.")
            : new(message.Role.Value, message.Text);
    }

    /// <param name="options">Of the chat; null for the defaults.</param>
    /// <param name="client">Given to <see cref="ChatOptions.RawRepresentationFactory"/>, whose
    /// <see cref="GenerateOptions"/> hold where the other options say nothing.</param>
    /// <param name="model">Has the defaults.</param>
    /// <param name="prompt">Has the texts with which the next message would begin.</param>
    /// <exception cref="NotSupportedException">The options ask for tools or a format.</exception>
    public static GenerateOptions ToOptions(
        ChatOptions? options, IChatClient client, TextModel model, ChatPrompt prompt)
    {
        Refuse(options?.Tools is { Count: > 0 }, nameof(ChatOptions.Tools), "calls no tools");
        Refuse(
            options?.ResponseFormat is not (null or ChatResponseFormatText), nameof(ChatOptions.ResponseFormat),
            "writes plain text and follows no schema");
        var own = options?.RawRepresentationFactory?.Invoke(client) as GenerateOptions ?? new();
        return own with
        {
            MaxTokens = options?.MaxOutputTokens ?? own.MaxTokens ?? model.DefaultMaxTokens,
            Seed = options?.Seed ?? own.Seed,
            Sampling = ToSampling(options, own.Sampling ?? model.DefaultSampling),
            Stop = [.. options?.StopSequences?.AsReadOnly() ?? own.Stop ?? model.DefaultStop, .. prompt.Stop],
        };
    }

    private static SamplingSettings ToSampling(ChatOptions? options, SamplingSettings otherwise) => otherwise with
    {
        Temperature = options?.Temperature ?? otherwise.Temperature,
        TopP = options?.TopP ?? otherwise.TopP,
        TopK = options?.TopK ?? otherwise.TopK,
        PresencePenalty = options?.PresencePenalty ?? otherwise.PresencePenalty,
        FrequencyPenalty = options?.FrequencyPenalty ?? otherwise.FrequencyPenalty,
    };

    private static void Refuse(bool asked, string option, string why)
    {
        if (asked)
        {
            throw new NotSupportedException($"{option} cannot be honoured: the model {why}.");
        }
    }
}
