using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Models;
using Microsoft.Extensions.Options;

namespace LmApi.OpenAi.Completions;

/// <summary>The members of <c>POST /v1/completions</c>; those of <c>POST /generate</c> keep their meaning.</summary>
internal sealed class OpenAiCompletionFields(GenerationFields generation, IOptions<EngineOptions> engine) : FieldTable
{
    /// <summary>Maximum number of generations that a body may ask for: prompts times <c>best_of</c>.</summary>
    public const int MaxGenerations = 256;

    public override string SchemaName => "OpenAiCompletionRequest";

    public override string Description =>
        "A completion as OpenAI's clients ask for it. What is left out has the service's default; the sampling members "
        + "of `POST /generate` may be given too.";

    public PromptsField Prompt { get; } = new()
    {
        Name = "prompt",
        MaxItems = MaxGenerations,
        Text = new() { Name = "text", Required = true, Description = "The text to continue." },
        Ids = new()
        {
            Name = "ids",
            Required = true,
            MaxItems = engine.Value.MaxPromptTokens,
            Item = new() { Name = "id", Description = "Token id.", Minimum = 0, Maximum = int.MaxValue },
            Description = "The tokens to continue.",
        },
        Description = "The text to continue, its token ids, or several of either. The beginning of a text if absent. "
            + $"Each may have {engine.Value.MaxPromptTokens} tokens.",
        Example = "To be, or not to be",
    };

    public IntegerField N { get; } = Count("n", "How many texts to return for each prompt.");

    public IntegerField BestOf { get; } = Count(
        "best_of", "How many texts to generate for each prompt; the `n` with the highest mean log probability of a "
            + "token are returned. At least `n`, which is the default. Does not go with `stream`.");

    public IntegerField Logprobs { get; } = new()
    {
        Name = "logprobs",
        Minimum = 0,
        Maximum = 20,
        Description = "Report the log probability of each token, and of this many most probable ones.",
    };

    public BooleanField DoSample { get; } = new()
    {
        Name = "do_sample",
        Description = "False takes the most probable token. Hugging Face's client passes it on, as it does others.",
    };

    public BooleanField ReturnFullText { get; } = new()
    {
        Name = "return_full_text",
        Default = false,
        Description = "The same as `echo`.",
    };

    public UnsupportedField Suffix { get; } = UnsupportedField.Of(
        "suffix", "the model reads forwards only, so it cannot know what comes after the text.", "\"\"");

    public override IReadOnlyList<Field> All => field ??=
    [
        OpenAiMembers.Model, Prompt, generation.MaxTokens, N, BestOf,
        .. generation.Sampling.Select(parameter => parameter.Field), generation.LogitBias, generation.NeuralCache,
        generation.Guard, generation.Stop, OpenAiMembers.Seed, OpenAiMembers.Stream, OpenAiMembers.StreamOptions,
        Logprobs, generation.Echo, DoSample, ReturnFullText, Suffix,
        UnsupportedField.Of("truncate", "a text that is too long is refused rather than shortened."),
        UnsupportedField.Of("grammar", OpenAiMembers.NoFormat),
        UnsupportedField.Of("watermark", "texts are not marked.", "false"),
        .. IgnoredField.Of("details", "decoder_input_details", "top_n_tokens"), .. OpenAiMembers.Ignored,
    ];

    private static IntegerField Count(string name, string description) => new()
    {
        Name = name,
        Minimum = 1,
        Maximum = 128,
        Description = description,
    };
}
