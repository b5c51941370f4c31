using LmApi.Access;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace LmApi.Infrastructure.OpenApi;

/// <summary>What the document says about the service as a whole.</summary>
internal sealed class DocumentDocsFilter(IOptions<AccessOptions> access) : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Servers = [new() { Url = "/", Description = "This service." }];

        if (access.Value.KeysFile is null)
        {
            // One empty requirement: no operation asks for credentials.
            swaggerDoc.Security = [new OpenApiSecurityRequirement()];
        }
        else
        {
            AddKeys(swaggerDoc);
        }

        swaggerDoc.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Generation", Description = "Continue texts." },
            new() { Name = "Model", Description = "The model that is being served." },
            new() { Name = "Tokenizer", Description = "Conversion between text and tokens." },
            new() { Name = "Health", Description = "For probes." },
        };
    }

    /// <summary>Either header will do.</summary>
    private static void AddKeys(OpenApiDocument document)
    {
        document.AddComponent("bearer", new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An API key, as `lm key create` prints it.",
        });
        document.AddComponent("x-api-key", new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "x-api-key",
            Description = "The same key.",
        });
        document.Security =
        [
            new() { [new("bearer", document)] = [] },
            new() { [new("x-api-key", document)] = [] },
        ];
    }
}
