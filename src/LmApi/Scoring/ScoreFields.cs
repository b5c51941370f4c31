using LmApi.Infrastructure.Fields;
using LmApi.Models;
using Microsoft.Extensions.Options;

namespace LmApi.Scoring;

/// <summary>The members of <c>POST /score</c>.</summary>
internal sealed class ScoreFields(IOptions<EngineOptions> engine) : FieldTable
{
    /// <summary>Maximum number of texts or choices in a JSON body; a stream of lines has no limit.</summary>
    public const int MaxTexts = 256;

    public override string SchemaName => "ScoreRequest";

    public override string Description =>
        "What to score: exactly one of `text`, `tokens` and `choices`. Every text may have "
        + $"{engine.Value.MaxPromptTokens} tokens, including those of `given`.";

    public TextListField Text { get; } = new()
    {
        Name = "text",
        MaxItems = MaxTexts,
        Aliases = ["texts", "prompt", "content", "inputs", "input"],
        Item = new() { Name = "text", Description = "A text.", MinLength = 1 },
        Description = "The text to score, or several, each by itself.",
        Example = "To be, or not to be",
    };

    public IntegerListField Tokens { get; } = new()
    {
        Name = "tokens",
        MaxItems = engine.Value.MaxPromptTokens,
        Aliases = ["ids", "token_ids"],
        Item = new() { Name = "id", Description = "Token id.", Minimum = 0, Maximum = int.MaxValue },
        Description = "Token ids to score instead of a text.",
    };

    public TextListField Choices { get; } = new()
    {
        Name = "choices",
        MaxItems = MaxTexts,
        Aliases = ["continuations", "options", "endings"],
        Item = new() { Name = "choice", Description = "A continuation of `given`.", MinLength = 1 },
        Description = "Continuations of `given` to rank; needs `given`.",
    };

    public TextField Given { get; } = GivenField("texts");

    public BooleanField Logprobs { get; } = new()
    {
        Name = "logprobs",
        Default = true,
        Description = "Report each token with its log probability.",
    };

    public BooleanField Lines { get; } = new()
    {
        Name = "lines",
        Default = false,
        Description = "Report the score of each line of a text.",
    };

    public BooleanField Copied { get; } = new()
    {
        Name = "copied",
        Default = false,
        Description = "Report where a text has runs of the training text; needs a model with a filter of them.",
    };

    public override IReadOnlyList<Field> All => field ??= [Text, Tokens, Choices, Given, Logprobs, Lines, Copied];

    internal static TextField GivenField(string what) => new()
    {
        Name = "given",
        Aliases = ["context", "prefix"],
        Description = $"Comes before the {what} and is not scored; empty is the beginning of a text. Without it, the "
            + "first token is not scored, because nothing predicts it.",
    };
}

/// <summary>The members of a line of a stream to <c>POST /score</c>; a line may also be a string, the text.</summary>
internal sealed class ScoreLineFields : FieldTable
{
    public override string SchemaName => "ScoreLine";

    public override string Description => "A text to score.";

    public TextField Text { get; } = new()
    {
        Name = "text",
        Required = true,
        MinLength = 1,
        Aliases = ["prompt", "content", "inputs", "input"],
        Description = "The text.",
        Example = "To be, or not to be",
    };

    public TextField Given { get; } = ScoreFields.GivenField("text");

    public override IReadOnlyList<Field> All => field ??= [Text, Given];
}
