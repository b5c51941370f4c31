using LmApi.Infrastructure.Problems;

namespace LmApi.OpenAi;

/// <summary><c>POST /v1/embeddings</c>, which is refused in words rather than with 404.</summary>
internal static class EmbeddingsApi
{
    public static void MapOpenAiEmbeddings(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/embeddings", Refuse).ExcludeFromDescription();

    internal static Task Refuse() => throw new ProblemException(ProblemKind.InvalidRequest.With(
        "This service has no embeddings. The state of a recurrent language model says what may come next, not what a "
        + "text is about; vectors made of it would look like embeddings and not serve as such. POST /states has the "
        + "activations of units along a text."));
}
