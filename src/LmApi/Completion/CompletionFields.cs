using LmApi.Infrastructure.Fields;
using LmApi.Models;
using LmModel.Completion;
using Microsoft.Extensions.Options;

namespace LmApi.Completion;

/// <summary>The members of <c>POST /complete</c>.</summary>
internal sealed class CompletionFields(IOptions<EngineOptions> engine) : FieldTable
{
    public const string Word = "word";

    public const string Line = "line";

    public override string SchemaName => "CompletionRequest";

    public override string Description => "What to complete.";

    public TextField Text { get; } = new()
    {
        Name = "text",
        Required = true,
        Aliases = ["prompt", "content", "inputs", "input"],
        Description = $"What has been typed so far; may be empty. At most {engine.Value.MaxPromptTokens} tokens.",
        Example = "To be, or not to b",
    };

    public IntegerField Count { get; } = new()
    {
        Name = "count",
        Minimum = 1,
        Maximum = CompletionRequest.MostCount,
        Default = CompletionRequest.DefaultCount,
        Aliases = ["n", "k", "num_completions"],
        Description = "How many completions to find; there may be fewer.",
    };

    public ChoiceField Until { get; } = new()
    {
        Name = "until",
        Choices = [Word, Line],
        Default = Word,
        Description = "Where they end: at the end of a word, or of the line.",
    };

    public IntegerField Words { get; } = new()
    {
        Name = "words",
        Minimum = 1,
        Maximum = CompletionRequest.MostWords,
        Default = 1,
        Description = "The number of words to complete; only with `until` \"word\".",
    };

    public override IReadOnlyList<Field> All => field ??= [Text, Count, Until, Words];
}
