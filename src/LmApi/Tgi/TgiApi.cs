using System.Text.Json;
using LmApi.Generation;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.OpenApi;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Quantization;
using LmModel.Sampling;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LmApi.Tgi;

/// <summary>What clients of Text Generation Inference call, besides <c>POST /generate</c>.</summary>
internal static class TgiApi
{
    private const string Tag = "TGI";

    public static void AddTgi(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TgiProblems>();
        builder.Services.AddSingleton<ProblemFormat>(services => services.GetRequiredService<TgiProblems>());
        builder.Services.AddFieldTable<TgiFields>();
        builder.Services.AddSingleton<TgiParser>();
        builder.Services.AddSingleton<TgiAnswer>();
        builder.Services.AddSingleton<IGenerateDialect, TgiDialect>();
    }

    public static void MapTgi(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/generate_stream", (HttpContext http, TgiAnswer answer) => AnswerAsync(http, answer, true))
            .WithName("tgiStream")
            .WithTags(Tag)
            .WithSummary("Continue a text, for Hugging Face's clients")
            .WithDescription(TgiDocs.Description)
            .WithRequestBody<TgiFields>(TgiDocs.Requests)
            .WithTextResponse(AnswerFrames.EventStream, TgiDocs.Stream)
            .WithProblems(EngineProblems.Kinds);
        routes.MapPost("/", (HttpContext http, TgiAnswer answer) => AnswerAsync(http, answer, null))
            .ExcludeFromDescription();
        routes.MapGet("/info", Info)
            .WithName("tgiInfo")
            .WithTags(Tag)
            .WithSummary("Describe the service, for Hugging Face's clients")
            .WithDescription("`GET /model` says more.")
            .WithResponse<TgiInfo>(TgiDocs.Info)
            .WithProblems();
    }

    private static async Task AnswerAsync(HttpContext http, TgiAnswer answer, bool? streams)
    {
        var write = await http.RequestServices.GetRequiredService<BodyReader>()
            .ReadAsync(http.Request, body => answer.Parse(http, body, streams, asList: streams is null));
        await write();
    }

    internal static JsonHttpResult<TgiInfo> Info(
        ModelHost host, TgiFields fields, GenerationFields generation, IOptions<EngineOptions> engine,
        IOptions<InferenceOptions> inference)
    {
        var folder = host.Model.Folder;
        return Answers.Json(
            new TgiInfo
            {
                ModelId = host.Model.Name,
                ModelSha = folder.WeightsSha256,
                ModelDtype = inference.Value.PrecisionOf(folder).Name(),
                MaxConcurrentRequests = inference.Value.BatchSize + engine.Value.MaxWaiting,
                MaxBestOf = fields.Parameters.BestOf.Maximum,
                MaxStopSequences = GenerationConfigFile.MostStops,
                MaxInputTokens = engine.Value.MaxPromptTokens,
                MaxTotalTokens = engine.Value.MaxPromptTokens + (int)generation.MaxTokens.Maximum,
                ValidationWorkers = inference.Value.ThreadsInUse,
                Version = typeof(TgiApi).Assembly.GetName().Version!.ToString(3),
            },
            TgiJson.Wire.TgiInfo);
    }
}

/// <summary>Answers bodies with <c>inputs</c>.</summary>
internal sealed class TgiAnswer(
    TgiParser parser,
    TgiProblems problems,
    ModelHost host,
    StreamAnswer stream,
    JsonAnswer json,
    Chance chance,
    IOptions<HttpLimits> limits)
{
    /// <param name="http">The request, whose errors are those of this dialect from now on.</param>
    /// <param name="body">Its body.</param>
    /// <param name="streams">Whether the path says that the answer is a stream; null if the body does.</param>
    /// <param name="asList">Whether the answer is in an array, which the path <c>/</c> has for older clients.</param>
    /// <returns>What writes the answer.</returns>
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public Func<Task> Parse(HttpContext http, JsonElement body, bool? streams, bool asList)
    {
        http.Features.Set<ProblemFormat>(problems);
        var request = parser.Parse(body, streams);
        return () => WriteAsync(http, request, asList);
    }

    private Task WriteAsync(HttpContext http, TgiRequest request, bool asList)
    {
        var choices = Choices.Start(
            chance.NextId("gen-"), host, request.Settings, limits.Value.RetryAfterSeconds, http.RequestAborted);
        var reply = new TgiReply(host.Model.Tokenizer, request);
        var keepTokens = request.Details || request.Settings.Count > 1;
        return request.Stream ? stream.WriteAsync(http, choices, output => new TgiFrames(output, reply))
            : asList ? json.WriteAsync(
                http, choices, keepTokens, finished => [reply.ToResponse(finished)],
                TgiJson.Wire.IReadOnlyListTgiResponse)
            : json.WriteAsync(http, choices, keepTokens, reply.ToResponse, TgiJson.Wire.TgiResponse);
    }
}

/// <summary><c>POST /generate</c> with <c>inputs</c> in place of <c>prompt</c>.</summary>
internal sealed class TgiDialect(TgiAnswer answer) : IGenerateDialect
{
    public bool Speaks(JsonElement body) => body.ValueKind == JsonValueKind.Object
        && JsonText.TryGetMember(body, "inputs", out _) && !JsonText.TryGetMember(body, "prompt", out _);

    public Func<Task> Parse(HttpContext http, JsonElement body) => answer.Parse(http, body, null, asList: false);
}
