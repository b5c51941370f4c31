using System.Globalization;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;
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
        builder.Services.AddSingleton<EventStreamAnswer>();
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
        EventStreamAnswer events,
        JsonAnswer json,
        Chance chance,
        IOptions<HttpLimits> limits,
        ILogger<EventStreamAnswer> logger)
    {
        var streamByDefault = AnswerFormat.StreamsByDefault(http.Request);
        var request = await bodies.ReadAsync(http.Request, body => parser.Parse(body, streamByDefault));
        var generation = Admit(host, request, limits.Value.RetryAfterSeconds, http.RequestAborted);
        var reply = new GenerationReply(chance.NextId("gen-"), host.Model.Name, host.Model.Tokenizer, generation);
        logger.Admitted(reply.Id, request.Settings);
        http.Response.Headers[SeedHeader] = request.Settings.Seed.ToString(CultureInfo.InvariantCulture);
        await (request.Stream ? events.WriteAsync(http, reply) : json.WriteAsync(http, reply));
    }

    /// <exception cref="ProblemException">429 or 503.</exception>
    private static AdmittedGeneration Admit(
        ModelHost host, GenerationRequest request, int retryAfterSeconds, CancellationToken aborted)
    {
        try
        {
            return host.TryStart(request.Settings, aborted)
                ?? throw new ProblemException(
                    ProblemKind.Overloaded.With(
                        "The service is busy: the queue of requests or the memory for neural caches is full. "
                            + $"Retry in {retryAfterSeconds} s.") with
                    {
                        RetryAfterSeconds = retryAfterSeconds,
                    });
        }
        catch (ObjectDisposedException)
        {
            throw new ProblemException(ProblemKind.ShuttingDown.With(ProblemKind.ShuttingDown.Meaning));
        }
    }
}
