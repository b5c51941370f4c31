using LmApi.Infrastructure.Fields;
using LmModel.Explanation;
using LmModel.Files;
using Microsoft.Extensions.Options;

namespace LmApi.Explanation;

/// <summary>The members of <c>POST /explain</c>.</summary>
internal sealed class ExplainFields(IOptions<ExplanationOptions> options) : FieldTable
{
    public static readonly List<string> MethodNames = [.. NameLists.Of(typeof(ExplanationMethod))];

    public override string SchemaName => "ExplainRequest";

    public override string Description => "What to explain.";

    public TextField Prompt { get; } = new()
    {
        Name = "prompt",
        Required = true,
        MinLength = 1,
        Aliases = ["text", "content", "inputs", "input"],
        Description = $"The text before what is explained. At most {options.Value.MaxPromptTokens} tokens.",
        Example = "To be, or not to be",
    };

    public TextField Target { get; } = new()
    {
        Name = "target",
        MinLength = 1,
        Aliases = ["completion", "continuation"],
        Description = "The text that follows. If absent, the most probable token.",
        Example = ",",
    };

    public TextField Against { get; } = new()
    {
        Name = "against",
        MinLength = 1,
        Description = "Explain why the target follows and not this text.",
    };

    public TextListField Methods { get; } = new()
    {
        Name = "methods",
        MaxItems = MethodNames.Count,
        Aliases = ["method"],
        Item = new() { Name = "method", Description = NameLists.OneOf(MethodNames) + "." },
        Description = "Which questions to answer; all but `integrated_gradients` if absent. `erasure`: each token left "
            + "out. `erasure_expected`: "
            + "each replaced by the token that the model expected there. `reach`: only the last tokens read. "
            + "`gradient_input` and `integrated_gradients`: by the gradient of the embedded tokens. "
            + "`contextual_decomposition`: what each token brought into the state, for LSTMs.",
    };

    public override IReadOnlyList<Field> All => field ??= [Prompt, Target, Against, Methods];
}
