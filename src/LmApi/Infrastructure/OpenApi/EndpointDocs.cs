using System.Text.Json.Nodes;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;

namespace LmApi.Infrastructure.OpenApi;

/// <summary>The body that an endpoint reads: its table of members, and examples by name.</summary>
internal sealed record RequestBodyDocs(Type Table, IReadOnlyDictionary<string, string> Examples);

/// <summary>One answer of an endpoint; <c>Body</c> is the type that is written as JSON, null for text.</summary>
internal sealed record ResponseDocs(int Status, string Description, string MediaType, Type? Body, string Example)
{
    public JsonNode ExampleNode() => Body is null ? JsonValue.Create(Example) : JsonNode.Parse(Example)!;
}

/// <summary>A header of an endpoint's successful answers, an integer.</summary>
internal sealed record ResponseHeaderDocs(string Name, string Description, long Example);

/// <summary>The problems that an endpoint answers with.</summary>
internal sealed record ProblemDocs(IReadOnlyList<ProblemKind> Kinds);

/// <summary>Documents an endpoint where it is mapped; <see cref="OperationDocsFilter"/> reads it.</summary>
internal static class EndpointDocs
{
    private const string JsonType = "application/json";

    public static void AddFieldTable<T>(this IServiceCollection services)
        where T : FieldTable => services.AddSingleton<T>();

    public static RouteHandlerBuilder WithRequestBody<T>(
        this RouteHandlerBuilder endpoint, IReadOnlyDictionary<string, string> examples) where T : FieldTable =>
        endpoint.WithMetadata(new RequestBodyDocs(typeof(T), examples));

    public static RouteHandlerBuilder WithResponse<T>(this RouteHandlerBuilder endpoint, string example) =>
        endpoint.WithResponse<T>(StatusCodes.Status200OK, "Success.", example);

    public static RouteHandlerBuilder WithResponse<T>(
        this RouteHandlerBuilder endpoint, int status, string description, string example) =>
        endpoint.WithMetadata(new ResponseDocs(status, description, JsonType, typeof(T), example));

    public static RouteHandlerBuilder WithTextResponse(
        this RouteHandlerBuilder endpoint,
        string mediaType,
        string example
    ) => endpoint.WithMetadata(new ResponseDocs(StatusCodes.Status200OK, "Success.", mediaType, null, example));

    public static RouteHandlerBuilder WithResponseHeader(
        this RouteHandlerBuilder endpoint, string name, string description, long example) =>
        endpoint.WithMetadata(new ResponseHeaderDocs(name, description, example));

    /// <summary>The problems of this endpoint; those that every endpoint has need not be named.</summary>
    public static RouteHandlerBuilder WithProblems(
        this RouteHandlerBuilder endpoint,
        params IEnumerable<ProblemKind> kinds
    ) => endpoint.WithMetadata(new ProblemDocs([.. kinds, ProblemKind.BadRequest, ProblemKind.Internal]));
}
