namespace LmApi.Infrastructure.Fields;

/// <summary>
/// The members of one kind of request body: parsing, limits, suggestions and the OpenAPI schema come from here.
/// </summary>
internal abstract class FieldTable
{
    /// <summary>Name of the schema in the OpenAPI document.</summary>
    public abstract string SchemaName { get; }

    public abstract string Description { get; }

    /// <summary>All members, in the order they are documented and reported.</summary>
    public abstract IReadOnlyList<Field> All { get; }
}
