using System.Text.Json.Nodes;
using LmApi.Infrastructure.Fields;
using Microsoft.Extensions.Options;

namespace LmApi.Models;

/// <summary>The members of <c>POST /tokenize</c>.</summary>
internal sealed class TokenizeFields(IOptions<EngineOptions> options) : FieldTable
{
    public override string SchemaName => "TokenizeRequest";

    public override string Description => "A text to split.";

    public TextField Text { get; } = new()
    {
        Name = "text",
        Required = true,
        Aliases = ["content", "prompt", "inputs", "input"],
        Description = $"The text to split. At most {options.Value.MaxPromptTokens} tokens.",
        Example = "Hello",
    };

    public override IReadOnlyList<Field> All => field ??= [Text];
}

/// <summary>The members of <c>POST /detokenize</c>.</summary>
internal sealed class DetokenizeFields(IOptions<EngineOptions> options) : FieldTable
{
    public override string SchemaName => "DetokenizeRequest";

    public override string Description => "Tokens to join.";

    public IntegerListField Tokens { get; } = new()
    {
        Name = "tokens",
        Required = true,
        MaxItems = options.Value.MaxPromptTokens,
        Aliases = ["ids", "token_ids"],
        Item = new() { Name = "id", Description = "Token id.", Required = true, Minimum = 0, Maximum = int.MaxValue },
        Description = "Token ids of the model's vocabulary.",
        Example = new JsonArray(20, 43, 50, 50, 53),
    };

    public override IReadOnlyList<Field> All => field ??= [Tokens];
}
