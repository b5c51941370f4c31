using System.Globalization;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary><c>POST /generate</c>.</summary>
internal static class GenerationApi
{
    /// <summary>Sent in a header too, so that the seed of an interrupted answer is known.</summary>
    private const string SeedHeader = "Generation-Seed";

    public static void AddGeneration(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GenerationOptions>()
            .BindConfiguration(GenerationOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => o.DefaultMaxTokens <= o.MaxTokens,
                "Generation:DefaultMaxTokens must not be above Generation:MaxTokens.")
            .ValidateOnStart();
        builder.Services.AddFieldTable<GenerationFields>();
        builder.Services.AddSingleton<GenerationRequestParser>();
        builder.Services.AddSingleton<StreamAnswer>();
        builder.Services.AddSingleton<JsonAnswer>();
        builder.Services.AddSingleton(GenerationRehearsal.Create);
    }

    public static void MapGeneration(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/generate", GenerateAsync)
            .WithName("generate")
            .WithTags("Generation")
            .WithSummary("Continue a text")
            .WithDescription(GenerationDocs.Description)
            .WithRequestBody<GenerationFields>(GenerationDocs.Requests)
            .WithTextResponse("text/event-stream", GenerationDocs.Stream)
            .WithResponse<GenerationResponse>(GenerationDocs.Answer)
            .WithResponseHeader(SeedHeader, "The seed that was used; the same request with this seed gives "
                + "the same text.", 42)
            .WithProblems([.. EngineProblems.Kinds, ProblemKind.NotAcceptable]);

    internal static async Task GenerateAsync(
        HttpContext http,
        ModelHost host,
        BodyReader bodies,
        GenerationRequestParser parser,
        StreamAnswer events,
        JsonAnswer json,
        Chance chance,
        IEnumerable<IGenerateDialect> dialects,
        IOptions<HttpLimits> limits,
        ILogger<StreamAnswer> logger)
    {
        var streamByDefault = AnswerFormat.StreamsByDefault(http.Request);
        var (request, other) = await bodies.ReadAsync(http.Request, body =>
            dialects.FirstOrDefault(dialect => dialect.Speaks(body)) is { } dialect
                ? (Request: (GenerationRequest?)null, Other: dialect.Parse(http, body))
                : (parser.Parse(body, streamByDefault), null));
        if (request is null)
        {
            await other!();
            return;
        }

        var choices = Choices.Start(
            chance.NextId("gen-"), host, [request.Settings], limits.Value.RetryAfterSeconds, http.RequestAborted);
        logger.Admitted(choices.Id, request.Settings);
        http.Response.Headers[SeedHeader] = request.Settings.Seed.ToString(CultureInfo.InvariantCulture);
        var reply = choices[0];
        await (request.Stream
            ? events.WriteAsync(http, choices, output => new EventStreamWriter(output, reply))
            : json.WriteAsync(
                http, choices, reply.ReportsAlternatives, ToResponse, GenerationJson.Wire.GenerationResponse));
    }

    private static GenerationResponse ToResponse(IReadOnlyList<FinishedChoice> finished)
    {
        var (reply, tokens, done) = finished[0];
        return reply.ToResponse(done) with
        {
            Tokens = reply.ReportsAlternatives ? tokens.Select(token => reply.ToResponse(token)) : null,
        };
    }
}
