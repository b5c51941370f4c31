using LmApi.Generation;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Models;
using Microsoft.Extensions.Options;

namespace LmApi.OpenAi.Chat;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal static class ChatApi
{
    public static void AddOpenAiChat(this WebApplicationBuilder builder)
    {
        builder.Services.AddFieldTable<ChatFields>();
        builder.Services.AddSingleton<ChatParser>();
    }

    public static void MapOpenAiChat(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/chat/completions", ChatAsync)
            .WithName("openAiChat")
            .WithTags(OpenAiSetup.Tag)
            .WithSummary("Continue a chat, for OpenAI's clients")
            .WithDescription(ChatDocs.Description)
            .WithRequestBody<ChatFields>(ChatDocs.Requests)
            .WithTextResponse(AnswerFrames.EventStream, ChatDocs.Stream)
            .WithResponse<ChatResponse>(ChatDocs.Answer)
            .WithResponseHeader(OpenAiSetup.SeedHeader, OpenAiSetup.SeedDescription, 42)
            .WithProblems(ModelNames.Problems);

    internal static async Task ChatAsync(
        HttpContext http,
        ModelHost host,
        BodyReader bodies,
        ChatParser parser,
        StreamAnswer stream,
        JsonAnswer json,
        Chance chance,
        TimeProvider time,
        IOptions<HttpLimits> limits)
    {
        var request = await bodies.ReadAsync(http.Request, parser.Parse);
        var choices = OpenAiSetup.Start(http, host, chance, "chatcmpl-", request.Settings, limits.Value);
        var head = new ChunkHead(
            choices.Id, request.Stream is null ? ChatResponse.Kind : ChatResponse.ChunkKind,
            time.GetUtcNow().ToUnixTimeSeconds(), host.Model.Name, OpenAiNames.Fingerprint(host.Model));
        await (request.Stream is not null
            ? stream.WriteAsync(http, choices, output => new ChatFrames(output, head, request, host.Model.Tokenizer))
            : json.WriteAsync(
                http, choices, request.Logprobs, finished => ToResponse(head, request, finished, host.Model),
                ChatJson.Wire.ChatResponse));
    }

    private static ChatResponse ToResponse(
        ChunkHead head, ChatRequest request, IReadOnlyList<FinishedChoice> finished, LoadedModel model) => new()
        {
            Id = head.Id,
            Created = head.Created,
            Model = head.Model,
            SystemFingerprint = head.Fingerprint,
            Choices = finished.Select((choice, i) => new ChatChoice
            {
                Index = i,
                Message = new() { Content = choice.Done.Text },
                Logprobs = request.Logprobs ? ChatLogprobs.Of(model.Tokenizer, choice.Tokens) : null,
                FinishReason = OpenAiNames.Of(choice.Done.FinishReason),
            }),
            Usage = UsageCounter.Of(finished, finished.Count),
        };
}
