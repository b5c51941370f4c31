using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace LmApi.Infrastructure.Fields;

/// <summary>The JSON Schema of a body, from the table that also validates it.</summary>
internal static class TableSchema
{
    public static IOpenApiSchema Of(FieldTable table, SchemaRepository schemas)
    {
        if (schemas.Schemas.ContainsKey(table.SchemaName))
        {
            return new OpenApiSchemaReference(table.SchemaName);
        }

        var schema = new OpenApiSchema { Description = table.Description };
        Constrain(schema, table.All);
        return schemas.AddDefinition(table.SchemaName, schema);
    }

    /// <summary>Says that a value is an object with these members and no others.</summary>
    public static void Constrain(OpenApiSchema schema, IReadOnlyList<Field> members)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Required = members.Where(field => field.Required).Select(field => field.Name).ToHashSet();
        schema.Properties = members.ToDictionary(field => field.Name, field => (IOpenApiSchema)field.Schema());
        schema.AdditionalPropertiesAllowed = false;
    }
}
