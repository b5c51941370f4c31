using System.Text.Json;
using LmApi.Generation;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.OpenApi;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LmApi.Ollama;

/// <summary>What Ollama's clients call.</summary>
internal static class OllamaApi
{
    private const string Tag = "Ollama";

    public static void AddOllama(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ProblemFormat, OllamaProblems>();
        builder.Services.AddFieldTable<OllamaGenerateFields>();
        builder.Services.AddFieldTable<OllamaChatFields>();
        builder.Services.AddFieldTable<OllamaShowFields>();
        builder.Services.AddSingleton<OllamaParser>();
    }

    public static void MapOllama(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/generate", (OllamaParser parser, HttpContext http) =>
                AnswerAsync(http, parser.ParseGenerate))
            .WithName("ollamaGenerate")
            .WithTags(Tag)
            .WithSummary("Continue a text, for Ollama's clients")
            .WithDescription(OllamaDocs.Description)
            .WithRequestBody<OllamaGenerateFields>(OllamaDocs.GenerateRequests)
            .WithTextResponse(OllamaFrames.Lines, OllamaDocs.Lines)
            .WithResponse<OllamaResponse>(OllamaDocs.Answer)
            .WithProblems(ModelNames.Problems);
        routes.MapPost("/api/chat", (OllamaParser parser, HttpContext http) => AnswerAsync(http, parser.ParseChat))
            .WithName("ollamaChat")
            .WithTags(Tag)
            .WithSummary("Continue a chat, for Ollama's clients")
            .WithDescription(OllamaDocs.Description)
            .WithRequestBody<OllamaChatFields>(OllamaDocs.ChatRequests)
            .WithTextResponse(OllamaFrames.Lines, OllamaDocs.Lines)
            .WithResponse<OllamaResponse>(OllamaDocs.Answer)
            .WithProblems(ModelNames.Problems);
        routes.MapPost("/api/show", ShowAsync)
            .WithName("ollamaShow")
            .WithTags(Tag)
            .WithSummary("Describe the model, for Ollama's clients")
            .WithDescription("`GET /model` says more.")
            .WithRequestBody<OllamaShowFields>(OllamaDocs.ShowRequests)
            .WithResponse<OllamaModelCard>(OllamaDocs.Card)
            .WithProblems(ModelNames.Problems);
        routes.MapGet("/api/tags", Tags)
            .WithName("ollamaTags")
            .WithTags(Tag)
            .WithSummary("List the model, for Ollama's clients")
            .WithDescription("A service has one model.")
            .WithResponse<OllamaTags>(OllamaDocs.Tags)
            .WithProblems();
        routes.MapGet("/api/version", Version)
            .WithName("ollamaVersion")
            .WithTags(Tag)
            .WithSummary("The version of the service, for Ollama's clients")
            .WithDescription("Not a version of Ollama.")
            .WithResponse<OllamaVersion>("""{ "version": "1.0.0" }""")
            .WithProblems();
    }

    private static async Task AnswerAsync(HttpContext http, Func<JsonElement, OllamaRequest> parse)
    {
        var services = http.RequestServices;
        var host = services.GetRequiredService<ModelHost>();
        var request = await services.GetRequiredService<BodyReader>().ReadAsync(http.Request, parse);
        var reply = new OllamaReply(
            host.Model.Name, host.Model.Tokenizer, request, services.GetRequiredService<TimeProvider>());
        if (request.Settings is null)
        {
            await Answers.Json(reply.Loaded, OllamaJson.Wire.OllamaResponse).ExecuteAsync(http);
            return;
        }

        var choices = Choices.Start(
            services.GetRequiredService<Chance>().NextId("gen-"), host, [request.Settings],
            services.GetRequiredService<IOptions<HttpLimits>>().Value.RetryAfterSeconds, http.RequestAborted);
        await (request.Stream
            ? services.GetRequiredService<StreamAnswer>().WriteAsync(
                http, choices, output => new OllamaFrames(output, reply, request.Logprobs))
            : services.GetRequiredService<JsonAnswer>().WriteAsync(
                http, choices, request.Logprobs,
                finished => reply.ToEnd(finished[0].Done, finished[0].Done.Text, finished[0].Tokens),
                OllamaJson.Wire.OllamaResponse));
    }

    internal static async Task<JsonHttpResult<OllamaModelCard>> ShowAsync(
        HttpRequest request, BodyReader bodies, ModelHost host, ModelNames names, OllamaShowFields fields,
        IOptions<InferenceOptions> inference)
    {
        var name = await bodies.ReadAsync(request, body =>
        {
            var reader = new FieldReader(body, fields);
            var (model, older) = (reader.Read(fields.Model), reader.Read(fields.ModelName));
            reader.Errors.ThrowIfAny();
            return model ?? older;
        });
        names.Require(name);
        var precision = inference.Value.PrecisionOf(host.Model.Folder);
        return Answers.Json(OllamaModels.Card(host.Model, precision), OllamaJson.Wire.OllamaModelCard);
    }

    internal static JsonHttpResult<OllamaTags> Tags(ModelHost host, IOptions<InferenceOptions> inference)
    {
        var tag = OllamaModels.Tag(host.Model, inference.Value.PrecisionOf(host.Model.Folder));
        return Answers.Json(new OllamaTags { Models = [tag] }, OllamaJson.Wire.OllamaTags);
    }

    internal static JsonHttpResult<OllamaVersion> Version()
    {
        var version = typeof(OllamaApi).Assembly.GetName().Version!.ToString(3);
        return Answers.Json(new OllamaVersion { Version = version }, OllamaJson.Wire.OllamaVersion);
    }
}
