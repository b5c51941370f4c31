using LmApi.Infrastructure;
using LmApi.Infrastructure.OpenApi;
using LmApi.Infrastructure.Problems;
using LmModel.Audits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LmApi.Models;

/// <summary><c>GET /model/audit</c>: what <c>lm audit</c> measured.</summary>
internal static class AuditApi
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/model/audit", Read)
            .WithName("getAudit")
            .WithTags("Model")
            .WithSummary("Describe the audit")
            .WithDescription(
                "Returns what `lm audit` measured, each figure with its interval and what would be good and bad.")
            .WithResponse<AuditReport>(ModelDocs.Audit)
            .WithProblems(ProblemKind.NotFound);

    private static JsonHttpResult<AuditReport> Read(ModelHost host) =>
        host.Model.Folder.Audit is { } audit
            ? Answers.Json(audit, ModelJson.Wire.AuditReport)
            : throw new ProblemException(ProblemKind.NotFound.With(
                "The model was not audited; run `lm audit MODEL --training TEXT`, then start the service again."));
}
