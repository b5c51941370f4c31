using System.Diagnostics.CodeAnalysis;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Models;
using LmApi.OpenAi;
using Microsoft.Extensions.Options;

namespace LmApi.Tgi;

/// <summary>The members of a body in the format of Text Generation Inference.</summary>
internal sealed class TgiFields(GenerationFields generation, IOptions<EngineOptions> engine) : FieldTable
{
    public override string SchemaName => "TgiRequest";

    public override string Description => "A text to continue, as clients of Hugging Face's server ask for it.";

    public TextField Inputs { get; } = new()
    {
        Name = "inputs",
        Required = true,
        Description = "The text to continue.",
        Example = "To be, or not to be",
    };

    public TgiParametersField Parameters { get; } = new(generation, engine.Value.MaxPromptTokens)
    {
        Name = "parameters",
        Description = "How to continue it. What is left out has the service's default.",
    };

    public BooleanField Stream { get; } = new()
    {
        Name = "stream",
        Default = false,
        Description = "Whether to stream; `POST /generate_stream` always does.",
    };

    public override IReadOnlyList<Field> All => field ??=
        [Inputs, Parameters, Stream, .. IgnoredField.Of("model", "options")];
}

/// <summary><c>parameters</c>: read by whoever makes settings of it.</summary>
internal sealed class TgiParametersField(GenerationFields generation, int maxPromptTokens) : ObjectField<FieldReader>
{
    public IntegerField MaxNewTokens { get; } = new()
    {
        Name = "max_new_tokens",
        Minimum = generation.MaxTokens.Minimum,
        Maximum = generation.MaxTokens.Maximum,
        Default = generation.MaxTokens.Default,
        Description = "The maximum number of tokens to generate.",
    };

    public BooleanField DoSample { get; } = new()
    {
        Name = "do_sample",
        Description = "False takes the most probable token, whatever the temperature.",
    };

    public IntegerField BestOf { get; } = new()
    {
        Name = "best_of",
        Minimum = 1,
        Maximum = 64,
        Default = 1,
        Description = "How many texts to generate; the one with the highest mean log probability is returned. Does not "
            + "go with streams.",
    };

    public IntegerField TopNTokens { get; } = new()
    {
        Name = "top_n_tokens",
        Minimum = 0,
        Maximum = 20,
        Default = 0,
        Description = "How many of the most probable tokens to report at each position.",
    };

    public IntegerField Truncate { get; } = new()
    {
        Name = "truncate",
        Minimum = 1,
        Maximum = maxPromptTokens,
        Description = "Read only so many tokens of the end of the text.",
    };

    public BooleanField Details { get; } = new()
    {
        Name = "details",
        Default = false,
        Description = "Whether to report the tokens and why the text ended.",
    };

    public BooleanField DecoderInputDetails { get; } = new()
    {
        Name = "decoder_input_details",
        Default = false,
        Description = "Whether `details` has the tokens of the prompt too. Does not go with streams.",
    };

    public BooleanField ReturnFullText { get; } = new()
    {
        Name = "return_full_text",
        Default = false,
        Description = "Whether the text begins with the prompt.",
    };

    public IntegerField Seed => generation.Seed;

    public override IReadOnlyList<Field> Members => field ??=
    [
        MaxNewTokens, DoSample, BestOf, TopNTokens, Truncate, Details, DecoderInputDetails, ReturnFullText,
        .. generation.Sampling.Select(parameter => parameter.Field), generation.LogitBias, generation.NeuralCache,
        generation.Guard, generation.Stop, Seed,
        UnsupportedField.Of("grammar", OpenAiMembers.NoFormat),
        UnsupportedField.Of("watermark", "texts are not marked.", "false"),
        UnsupportedField.Of("adapter_id", "the service has one model.", "\"\""),
    ];

    protected override bool TryRead(FieldReader reader, [MaybeNullWhen(false)] out FieldReader result)
    {
        result = reader;
        return true;
    }
}
