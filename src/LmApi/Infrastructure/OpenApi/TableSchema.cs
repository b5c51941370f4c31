using LmApi.Infrastructure.Fields;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace LmApi.Infrastructure.OpenApi;

/// <summary>The JSON Schema of a body, from the table that also validates it.</summary>
internal static class TableSchema
{
    public static IOpenApiSchema Of(FieldTable table, SchemaRepository schemas)
    {
        if (schemas.Schemas.ContainsKey(table.SchemaName))
        {
            return new OpenApiSchemaReference(table.SchemaName);
        }

        return schemas.AddDefinition(table.SchemaName, new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = table.Description,
            Required = table.All.Where(field => field.Required).Select(field => field.Name).ToHashSet(),
            Properties = table.All.ToDictionary(field => field.Name, field => (IOpenApiSchema)field.Schema()),
            AdditionalPropertiesAllowed = false,
        });
    }
}
