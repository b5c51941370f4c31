using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace LmApi.Infrastructure.OpenApi;

/// <summary>What the document says about the service as a whole.</summary>
internal sealed class DocumentDocsFilter : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Servers = [new() { Url = "/", Description = "This service." }];

        // One empty requirement: no operation asks for credentials.
        swaggerDoc.Security = [new OpenApiSecurityRequirement()];
        swaggerDoc.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Generation", Description = "Continue texts." },
            new() { Name = "Model", Description = "The model that is being served." },
            new() { Name = "Tokenizer", Description = "Conversion between text and tokens." },
            new() { Name = "Health", Description = "For probes." },
        };
    }
}
