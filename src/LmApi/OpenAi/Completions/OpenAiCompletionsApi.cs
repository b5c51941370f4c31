using LmApi.Generation;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Models;
using Microsoft.Extensions.Options;

namespace LmApi.OpenAi.Completions;

/// <summary><c>POST /v1/completions</c>.</summary>
internal static class OpenAiCompletionsApi
{
    public static void AddOpenAiCompletions(this WebApplicationBuilder builder)
    {
        builder.Services.AddFieldTable<OpenAiCompletionFields>();
        builder.Services.AddSingleton<OpenAiCompletionParser>();
    }

    public static void MapOpenAiCompletions(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/completions", CompleteAsync)
            .WithName("openAiCompletions")
            .WithTags(OpenAiSetup.Tag)
            .WithSummary("Continue texts, for OpenAI's clients")
            .WithDescription(OpenAiCompletionDocs.Description)
            .WithRequestBody<OpenAiCompletionFields>(OpenAiCompletionDocs.Requests)
            .WithTextResponse(AnswerFrames.EventStream, OpenAiCompletionDocs.Stream)
            .WithResponse<OpenAiCompletionResponse>(OpenAiCompletionDocs.Answer)
            .WithResponseHeader(OpenAiSetup.SeedHeader, OpenAiSetup.SeedDescription, 42)
            .WithProblems(ModelNames.Problems);

    internal static async Task CompleteAsync(
        HttpContext http,
        ModelHost host,
        BodyReader bodies,
        OpenAiCompletionParser parser,
        StreamAnswer stream,
        JsonAnswer json,
        Chance chance,
        TimeProvider time,
        IOptions<HttpLimits> limits)
    {
        var request = await bodies.ReadAsync(http.Request, parser.Parse);
        var choices = OpenAiSetup.Start(http, host, chance, "cmpl-", request.Settings, limits.Value);
        var head = new ChunkHead(
            choices.Id, OpenAiCompletionResponse.Kind, time.GetUtcNow().ToUnixTimeSeconds(), host.Model.Name,
            OpenAiNames.Fingerprint(host.Model));
        await (request.Stream is not null
            ? stream.WriteAsync(
                http, choices, output => new OpenAiCompletionFrames(output, head, request, host.Model.Tokenizer))
            : json.WriteAsync(
                http, choices, request.Logprobs || request.BestOf > request.N,
                finished => ToResponse(head, request, finished, host.Model),
                OpenAiCompletionJson.Wire.OpenAiCompletionResponse));
    }

    private static OpenAiCompletionResponse ToResponse(
        ChunkHead head, OpenAiCompletion request, IReadOnlyList<FinishedChoice> finished, LoadedModel model)
    {
        var chosen = finished.Chunk(request.BestOf).SelectMany(
            texts => request.BestOf > request.N
                ? texts.OrderByDescending(text => text.MeanLogprob).Take(request.N)
                : texts);
        return new()
        {
            Id = head.Id,
            Created = head.Created,
            Model = head.Model,
            SystemFingerprint = head.Fingerprint,
            Choices = chosen.Select((choice, i) => new OpenAiCompletionChoice
            {
                Text = choice.Done.Text,
                Index = i,
                Logprobs = request.Logprobs
                    ? LogprobsReply.Of(model.Tokenizer, choice.Tokens, choice.Done.Losses)
                    : null,
                FinishReason = OpenAiNames.Of(choice.Done.FinishReason),
            }),
            Usage = UsageCounter.Of(finished, request.BestOf),
        };
    }
}
