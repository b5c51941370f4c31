using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace LmApi.Infrastructure.OpenApi;

/// <summary>Documents the members of answers as they are declared: never null, or one of a few values.</summary>
internal sealed class MemberSchemaFilter : ISchemaFilter
{
    private readonly NullabilityInfoContext _nullability = new();

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema member || context.MemberInfo is not PropertyInfo property)
        {
            return;
        }

        // Members that may be null are left out then, unless they are required.
        var required = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute));
        if (!required || _nullability.Create(property).ReadState == NullabilityState.NotNull)
        {
            member.Type &= ~JsonSchemaType.Null;
        }

        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
        {
            member.Enum = [.. allowed.Values.Select(value => JsonValue.Create((string)value!))];
        }
    }
}
