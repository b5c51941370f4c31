using LmApi.Generation;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Models;
using Microsoft.Extensions.Options;

namespace LmApi.OpenAi.Responses;

/// <summary><c>POST /v1/responses</c>.</summary>
internal static class ResponsesApi
{
    public static void AddOpenAiResponses(this WebApplicationBuilder builder)
    {
        builder.Services.AddFieldTable<ResponseFields>();
        builder.Services.AddSingleton<ResponseParser>();
    }

    public static void MapOpenAiResponses(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/responses", RespondAsync)
            .WithName("openAiResponses")
            .WithTags(OpenAiSetup.Tag)
            .WithSummary("Continue a text or a chat, for OpenAI's newer clients")
            .WithDescription(ResponseDocs.Description)
            .WithRequestBody<ResponseFields>(ResponseDocs.Requests)
            .WithTextResponse(AnswerFrames.EventStream, ResponseDocs.Stream)
            .WithResponse<ResponseResponse>(ResponseDocs.Answer)
            .WithResponseHeader(OpenAiSetup.SeedHeader, OpenAiSetup.SeedDescription, 42)
            .WithProblems(ModelNames.Problems);

    internal static async Task RespondAsync(
        HttpContext http,
        ModelHost host,
        BodyReader bodies,
        ResponseParser parser,
        StreamAnswer stream,
        JsonAnswer json,
        Chance chance,
        TimeProvider time,
        IOptions<HttpLimits> limits)
    {
        var request = await bodies.ReadAsync(http.Request, parser.Parse);
        var choices = OpenAiSetup.Start(http, host, chance, "resp_", [request.Settings], limits.Value);
        var reply = new ResponseReply(
            choices.Id, host.Model.Name, time.GetUtcNow().ToUnixTimeSeconds(), request);
        await (request.Stream
            ? stream.WriteAsync(http, choices, output => new ResponseFrames(output, reply))
            : json.WriteAsync(
                http, choices, false, finished => reply.Ended(finished[0].Done),
                ResponseJson.Wire.ResponseResponse));
    }
}
