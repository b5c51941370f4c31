using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Models;
using LmModel.Inference;
using LmModel.Units.Activations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LmApi.Units;

/// <summary><c>POST /states</c>.</summary>
internal static class StatesApi
{
    public static void AddUnits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<UnitsOptions>()
            .BindConfiguration(UnitsOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddFieldTable<StatesFields>();
        builder.Services.AddSingleton<StatesRequestParser>();
    }

    public static void MapUnits(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/states", StatesAsync)
            .WithName("states")
            .WithTags("Units")
            .WithSummary("Read the activations of units")
            .WithDescription(StatesDocs.Description)
            .WithRequestBody<StatesFields>(StatesDocs.Requests)
            .WithResponse<StatesResponse>(StatesDocs.Answer)
            .WithProblems(EngineProblems.Kinds);

    internal static async Task<JsonHttpResult<StatesResponse>> StatesAsync(
        HttpContext http, ModelHost host, BodyReader bodies, StatesRequestParser parser, IOptions<HttpLimits> limits)
    {
        var work = await bodies.ReadAsync(http.Request, parser.Parse);
        var reader = new ActivationReader(host.TryStart, host.Model.Tokenizer, HiddenLayout.Of(host.Model.StepModel));
        var read = await EngineProblems.RunAsync(
            () => reader.ReadAsync(work.Tokens, [.. work.Units.Select(unit => unit.Place)], http.RequestAborted),
            limits.Value.RetryAfterSeconds);
        http.Response.Headers.CacheControl = "no-store";
        return Answers.Json(ToResponse(host.Model.Name, work, read), StatesJson.Wire.StatesResponse);
    }

    private static StatesResponse ToResponse(string model, StatesWork work, TextActivations read) => new()
    {
        Model = model,
        Tokens = [.. read.Tokens.Select(token => new StatesTokenResponse { Id = token.Id, Text = token.Text })],
        Units = [.. work.Units.Zip(read.Units, (asked, unit) => new UnitStatesResponse
        {
            Layer = unit.Unit.Layer,
            Unit = unit.Unit.Unit,
            Feature = asked.Feature,
            // JSON has neither NaN nor infinities.
            Values = [.. unit.Values.Select(value => float.IsFinite(value) ? value : (float?)null)],
        })],
    };
}
