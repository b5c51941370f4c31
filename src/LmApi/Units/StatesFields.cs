using System.Text.Json.Nodes;
using LmApi.Infrastructure.Fields;
using Microsoft.Extensions.Options;

namespace LmApi.Units;

/// <summary>The members of <c>POST /states</c>.</summary>
internal sealed class StatesFields(IOptions<UnitsOptions> options) : FieldTable
{
    public override string SchemaName => "StatesRequest";

    public override string Description => "A text to read, and the units to report.";

    public TextField Text { get; } = new()
    {
        Name = "text",
        Required = true,
        MinLength = 1,
        Aliases = ["prompt", "content", "inputs", "input"],
        Description = $"The text to read. At most {options.Value.MaxTextTokens} tokens.",
        Example = "To be, or not to be",
    };

    public UnitListField Units { get; } = new()
    {
        Name = "units",
        Required = true,
        Aliases = ["unit", "neurons"],
        Description = "The units to report, each by its place or by a feature that it was found for (`units` of "
            + "`GET /model`).",
        Example = new JsonArray(new JsonObject { ["layer"] = 0, ["unit"] = 12 }),
    };

    public override IReadOnlyList<Field> All => field ??= [Text, Units];
}
