using System.Text.Json.Nodes;
using LmApi.Infrastructure.Fields;
using LmApi.Models;
using LmModel.Sampling;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>
/// The members of <c>POST /generate</c>: this table is parser, validator, suggestions and documentation.
/// </summary>
internal sealed class GenerationFields(
    IOptions<GenerationOptions> options, IOptions<EngineOptions> engine, IOptions<GuardOptions> guard,
    GenerationDefaults defaults) : FieldTable
{
    /// <summary>2⁵³−1: every JSON reader keeps a seed exactly and can send it back.</summary>
    public const long MaxSeed = (1L << 53) - 1;

    public override string SchemaName => "GenerationRequest";

    public override string Description =>
        "The text to continue, and how to continue it. Only `prompt` is required; null means the default, "
        + "which is the model's own where its `generation_config.json` has one.";

    public TextField Prompt { get; } = new()
    {
        Name = "prompt",
        Required = true,
        Aliases = ["inputs", "input", "text", "content"],
        Description = "The text to continue. May be empty, which starts from the zero state. "
            + $"At most {engine.Value.MaxPromptTokens} tokens.",
        Example = "To be, or not to be",
    };

    public IntegerField MaxTokens { get; } = new()
    {
        Name = "max_tokens",
        Minimum = 0,
        Maximum = options.Value.MaxTokens,
        Default = Math.Min(defaults.MaxTokens ?? options.Value.DefaultMaxTokens, options.Value.MaxTokens),
        Aliases = ["max_new_tokens", "n_predict", "num_predict", "max_length", "max_completion_tokens"],
        Description = "The maximum number of tokens to generate. 0 generates none: with `echo` the prompt is "
            + "scored, without it "
            + "only read, so that later prompts with the same beginning continue from there.",
        Example = 64,
    };

    /// <summary>The numbers that say how tokens are drawn, as the library declares them.</summary>
    public IReadOnlyList<SamplingField> Sampling { get; } =
    [
        .. SamplingParameter.All.Select(parameter => SamplingField.Of(parameter, defaults.Sampling)),
    ];

    public TokenBiasField LogitBias { get; } = new()
    {
        Name = "logit_bias",
        MaxItems = 1024,
        Default = new Dictionary<int, float>(),
        Value = new()
        {
            Name = "bias",
            Description = "Added to the logit.",
            Required = true,
            Minimum = -100,
            Maximum = 100,
        },
        Description = "Added to the logits of these token ids, before everything else.",
        Example = new JsonObject { ["0"] = -100 },
    };

    public NeuralCacheField NeuralCache { get; } = new(options.Value.MaxNeuralCacheSize)
    {
        Name = "neural_cache",
        Aliases = ["cache", "continuous_cache"],
        Description =
                "Mixes the tokens that followed similar positions of prompt and text into the distribution, before "
                    + "everything else. A request with a neural cache reads all of its prompt.",
        Example = new JsonObject { ["size"] = 500, ["theta"] = 0.3, ["lambda"] = 0.1 },
    };

    public GuardField Guard { get; } = new(guard.Value.Verbatim)
    {
        Name = "guard",
        Aliases = ["memfree", "verbatim"],
        Description =
                "Keeps the text free of copies: a token that would complete a run of the training text is not drawn. "
                    + "It prevents nothing but verbatim copies."
                    + (guard.Value.Verbatim is { } run
                        ? $" This service always refuses runs of {run} tokens; a request may ask for fewer."
                        : ""),
        Example = new JsonObject { ["verbatim"] = 12 },
    };

    public TextListField Stop { get; } = new()
    {
        Name = "stop",
        MaxItems = GenerationConfigFile.MostStops,
        Default = defaults.Stop,
        Aliases = ["stop_sequences", "stop_words", "stop_strings"],
        Item = new()
        {
            Name = "text",
            Description = "Ends the text.",
            Required = true,
            MinLength = 1,
            MaxLength = GenerationConfigFile.LongestStop,
        },
        Description = "Ends the text where one of these would appear, wherever tokens begin or end. "
            + "No part of it is in the text. An empty array ends it nowhere.",
        Example = new JsonArray("\n\n"),
    };

    public IntegerField Seed { get; } = new()
    {
        Name = "seed",
        Minimum = 0,
        Maximum = MaxSeed,
        Description = "The same seed, prompt and settings give the same text, whatever else is running. "
            + "Chosen at random if absent; the `Generation-Seed` header, the `start` event and the end say "
            + "which was used.",
        Example = 42,
    };

    public BooleanField Stream { get; } = new()
    {
        Name = "stream",
        Description =
                "True for `text/event-stream`, false for a single JSON answer. Where absent, the `Accept` "
                    + "header decides: "
                    + "a stream, unless the header prefers `application/json`.",
    };

    public IntegerField Logprobs { get; } = new()
    {
        Name = "logprobs",
        Minimum = 0,
        Maximum = 20,
        Default = 0,
        Aliases = ["top_logprobs", "n_probs", "top_n_tokens"],
        Description = "How many of the most probable tokens to report at each position.",
    };

    public BooleanField Echo { get; } = new()
    {
        Name = "echo",
        Default = false,
        Aliases = ["return_full_text"],
        Description = "Also report the tokens of the prompt, and begin the text with the prompt.",
    };

    public override IReadOnlyList<Field> All =>
        field ??=
        [
            Prompt, MaxTokens, .. Sampling.Select(parameter => parameter.Field), LogitBias, NeuralCache, Guard, Stop,
            Seed, Stream, Logprobs, Echo,
        ];
}
