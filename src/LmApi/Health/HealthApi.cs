using LmApi.Infrastructure;
using LmApi.Infrastructure.OpenApi;
using LmApi.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LmApi.Health;

/// <summary><c>GET /health/live</c> and <c>GET /health/ready</c>.</summary>
internal static class HealthApi
{
    public const string ReadyPath = "/health/ready";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", Live)
            .WithName("getLiveness")
            .WithTags("Health")
            .WithSummary("Liveness")
            .WithDescription("200 as long as the process answers. If it does not answer, restart it.")
            .WithResponse<HealthResponse>(HealthDocs.Live)
            .WithProblems()
            .AllowAnonymous();
        routes.MapGet(ReadyPath, Ready)
            .WithName("getReadiness")
            .WithTags("Health")
            .WithSummary("Readiness")
            .WithDescription(
                "200 once the model has generated its first tokens; 503 before that, and while the "
                    + "service is stopping.")
            .WithResponse<HealthResponse>(HealthDocs.Ready)
            .WithResponse<HealthResponse>(StatusCodes.Status503ServiceUnavailable, "Not ready.", HealthDocs.Starting)
            .WithProblems()
            .AllowAnonymous();
    }

    internal static JsonHttpResult<HealthResponse> Live() => Answers.Json(
        new HealthResponse { Status = "live" }, HealthJson.Wire.HealthResponse);

    internal static JsonHttpResult<HealthResponse> Ready(ModelHost host, Lifecycle lifecycle) =>
        lifecycle.IsReady
            ? Answers.Json(
                new HealthResponse { Status = "ready", Model = host.Model.Name }, HealthJson.Wire.HealthResponse)
            : Answers.Json(
                new HealthResponse { Status = lifecycle.IsStopping ? "stopping" : "starting" },
                HealthJson.Wire.HealthResponse,
                StatusCodes.Status503ServiceUnavailable);
}
