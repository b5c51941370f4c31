using LmApi.Infrastructure.Json;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace LmApi.Infrastructure.OpenApi;

/// <summary>
/// The OpenAPI document at <c>/swagger/v1/swagger.json</c> and its user interface at <c>/swagger</c>.
/// </summary>
internal static class ApiDocument
{
    private const string Version = "v1";

    public static void AddApiDocument(this WebApplicationBuilder builder)
    {
        builder.Services.AddEndpointsApiExplorer();
        builder.Services.AddSingleton<ISerializerDataContractResolver>(
            new JsonSerializerDataContractResolver(ApiJson.CreateOptions()));
        builder.Services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc(Version, Info());
            options.IncludeXmlComments(typeof(ApiDocument).Assembly);
            options.SchemaFilter<MemberSchemaFilter>();
            options.OperationFilter<OperationDocsFilter>();
            options.DocumentFilter<DocumentDocsFilter>();
        });
    }

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapSwagger().ExcludeFromDescription().AllowAnonymous();
        app.UseSwaggerUI(options =>
        {
            options.DocumentTitle = "LmService";
            options.SwaggerEndpoint($"/swagger/{Version}/swagger.json", "LmService");
            options.EnableTryItOutByDefault();
        });
    }

    private static OpenApiInfo Info() => new()
    {
        Title = "LmService",
        Version = "1.0.0",
        Description = "Serves a recurrent language model: give it the beginning of a text and it streams the rest. "
            + "Errors are problem details (RFC 9457) with a stable `code`.",
    };
}
