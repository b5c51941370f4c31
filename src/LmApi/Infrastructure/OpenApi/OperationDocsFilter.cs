using System.Globalization;
using System.Text.Json.Nodes;
using LmApi.Access;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace LmApi.Infrastructure.OpenApi;

/// <summary>
/// Writes the bodies, answers and problems of an operation from what its endpoint says in <see cref="EndpointDocs"/>.
/// </summary>
internal sealed class OperationDocsFilter(
    IServiceProvider services, IOptions<AccessOptions> keys, IEnumerable<ProblemFormat> formats) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var docs = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        operation.RequestBody = docs.OfType<RequestBodyDocs>()
            .Select(body => RequestBody(body, context))
            .SingleOrDefault();
        operation.Responses = [];
        foreach (var answers in docs.OfType<ResponseDocs>().GroupBy(answer => answer.Status))
        {
            operation.Responses[Key(answers.Key)] = Response([.. answers], context);
        }

        foreach (var header in docs.OfType<ResponseHeaderDocs>())
        {
            var success = (OpenApiResponse)operation.Responses[Key(StatusCodes.Status200OK)];
            success.Headers ??= new Dictionary<string, IOpenApiHeader>();
            success.Headers[header.Name] = Header(header.Description, header.Example);
        }

        var open = docs.OfType<IAllowAnonymous>().Any();
        if (open && keys.Value.KeysFile is not null)
        {
            operation.Security = [new OpenApiSecurityRequirement()];
        }

        var problems = docs.OfType<ProblemDocs>()
            .SelectMany(p => p.Kinds)
            .Concat(open ? [] : [ProblemKind.Unauthorized, ProblemKind.RateLimited])
            .OrderBy(kind => kind.Status);
        var format = formats.FirstOrDefault(f => f.Covers("/" + context.ApiDescription.RelativePath));
        int StatusOf(ProblemKind kind) => format?.StatusOf(kind.With("")) ?? kind.Status;
        foreach (var kinds in problems.GroupBy(StatusOf))
        {
            AddProblems(operation.Responses, kinds.Key, [.. kinds], format, context);
        }
    }

    private OpenApiRequestBody RequestBody(RequestBodyDocs docs, OperationFilterContext context)
    {
        var table = (FieldTable)services.GetRequiredService(docs.Table);
        var examples = docs.Examples.ToDictionary(
            example => example.Key,
            example => (IOpenApiExample)new OpenApiExample { Value = JsonNode.Parse(example.Value) });
        return new()
        {
            Description = table.Description,
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["application/json"] = new OpenApiMediaType
                {
                    Schema = TableSchema.Of(table, context.SchemaRepository),
                    Examples = examples,
                },
            },
        };
    }

    private static OpenApiResponse Response(IReadOnlyList<ResponseDocs> answers, OperationFilterContext context) =>
        new()
        {
            Description = answers[0].Description,
            Content = answers.ToDictionary(
                answer => answer.MediaType,
                IOpenApiMediaType (answer) => new OpenApiMediaType
                {
                    Schema = answer.Body is null
                    ? new OpenApiSchema { Type = JsonSchemaType.String }
                    : context.SchemaGenerator.GenerateSchema(answer.Body, context.SchemaRepository),
                    Example = answer.ExampleNode(),
                }),
        };

    private static void AddProblems(
        OpenApiResponses responses,
        int status,
        IReadOnlyList<ProblemKind> kinds,
        ProblemFormat? format,
        OperationFilterContext context)
    {
        if (!responses.TryGetValue(Key(status), out var response))
        {
            response = new OpenApiResponse { Content = new Dictionary<string, IOpenApiMediaType>() };
            responses[Key(status)] = response;
        }

        var target = (OpenApiResponse)response;
        var meanings = kinds.Select(kind => $"`{kind.Code}`: {kind.Meaning}").Prepend(target.Description);
        target.Description = string.Join(" ", meanings.OfType<string>());
        target.Content![format is null ? ProblemExamples.MediaType : ProblemFormat.MediaType] = new OpenApiMediaType
        {
            Schema = context.SchemaGenerator.GenerateSchema(format?.Body ?? typeof(Problem), context.SchemaRepository),
            Examples = kinds.ToDictionary(kind => kind.Code, kind => (IOpenApiExample)Example(kind, format, context)),
        };
        if (status == StatusCodes.Status429TooManyRequests)
        {
            target.Headers = new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = RetryAfter };
        }
    }

    private static OpenApiExample Example(ProblemKind kind, ProblemFormat? format, OperationFilterContext context) =>
        new()
        {
            Value = format is null
                ? ProblemExamples.Of(kind, "/" + context.ApiDescription.RelativePath)
                : JsonNode.Parse(format.Write(kind.With(kind.Meaning))),
        };

    private static readonly OpenApiHeader RetryAfter = Header("Seconds to wait before the next attempt.", 2);

    private static OpenApiHeader Header(string description, long example) => new()
    {
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
        Example = example,
    };

    private static string Key(int status) => status.ToString(CultureInfo.InvariantCulture);
}
