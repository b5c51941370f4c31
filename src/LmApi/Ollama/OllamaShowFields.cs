using LmApi.Infrastructure.Fields;

namespace LmApi.Ollama;

/// <summary>The members of <c>POST /api/show</c>.</summary>
internal sealed class OllamaShowFields : FieldTable
{
    public override string SchemaName => "OllamaShowRequest";

    public override string Description => "The model to describe.";

    public TextField Model { get; } = new() { Name = "model", Description = "Its name; may be left out." };

    /// <summary>What older clients send.</summary>
    public TextField ModelName { get; } = new() { Name = "name", Description = "The same." };

    public override IReadOnlyList<Field> All => field ??=
        [Model, ModelName, .. IgnoredField.Of("verbose", "system", "template", "options", "CustomHeaders")];
}
