using System.Diagnostics.CodeAnalysis;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.OpenAi;

namespace LmApi.Ollama;

/// <summary>Members that both of Ollama's bodies have.</summary>
internal abstract class OllamaFields(GenerationFields generation) : FieldTable
{
    public TextField Model { get; } = new()
    {
        Name = "model",
        Description = "The name of the model, as `GET /api/tags` lists it; may be left out.",
    };

    public BooleanField Stream { get; } = new()
    {
        Name = "stream",
        Default = true,
        Description = "Whether to stream the answer as lines of JSON.",
    };

    public OllamaOptionsField Options { get; } = new(generation)
    {
        Name = "options",
        Description = "How to generate. What is left out has the service's default.",
    };

    public BooleanField Logprobs { get; } = new()
    {
        Name = "logprobs",
        Default = false,
        Description = "Whether to report the log probability of each token.",
    };

    public IntegerField TopLogprobs { get; } = new()
    {
        Name = "top_logprobs",
        Minimum = 0,
        Maximum = 20,
        Default = 0,
        Description = "How many of the most probable tokens to report at each position.",
    };

    protected IEnumerable<Field> Shared =>
    [
        Model, Stream, Options, Logprobs, TopLogprobs,
        UnsupportedField.Of("format", OpenAiMembers.NoFormat, "\"\""),
        UnsupportedField.Of("think", OpenAiMembers.NoReasoning, "false"),
        // OllamaSharp writes a property of its own into the body.
        .. IgnoredField.Of("keep_alive", "truncate", "shift", "CustomHeaders"),
    ];
}

/// <summary>The members of <c>POST /api/generate</c>.</summary>
internal sealed class OllamaGenerateFields(GenerationFields generation) : OllamaFields(generation)
{
    public override string SchemaName => "OllamaGenerateRequest";

    public override string Description => "A text to continue, as Ollama's clients ask for it.";

    public TextField Prompt { get; } = new()
    {
        Name = "prompt",
        Description = "The text to continue. Without one nothing is generated, as when Ollama loads a model.",
        Example = "To be, or not to be",
    };

    public TextField System { get; } = new()
    {
        Name = "system",
        Description = "Comes before the prompt, as a message of the system; not with `raw`.",
    };

    public BooleanField Raw { get; } = new()
    {
        Name = "raw",
        Default = false,
        Description = "Whether the prompt is the text as it is, without a template.",
    };

    public override IReadOnlyList<Field> All => field ??=
    [
        Prompt, System, Raw, .. Shared,
        UnsupportedField.Of("suffix", "the model reads forwards only.", "\"\""),
        UnsupportedField.Of("template", "the model's own template is used; `raw` uses none.", "\"\""),
        UnsupportedField.Of("images", OpenAiMembers.OnlyText, "[]"),
        UnsupportedField.Of("context", "send the text so far as `prompt`; its state is kept.", "[]"),
    ];
}

/// <summary>The members of <c>POST /api/chat</c>.</summary>
internal sealed class OllamaChatFields(GenerationFields generation) : OllamaFields(generation)
{
    public override string SchemaName => "OllamaChatRequest";

    public override string Description => "A chat to continue, as Ollama's clients ask for it.";

    public ChatMessagesField Messages { get; } = new()
    {
        Name = "messages",
        AllowsNone = true,
        Description = "The chat so far. Without one nothing is generated, as when Ollama loads a model.",
    };

    public override IReadOnlyList<Field> All => field ??= [Messages, .. Shared, OpenAiMembers.Tools];
}

/// <summary><c>options</c>: read by whoever makes settings of it.</summary>
internal sealed class OllamaOptionsField(GenerationFields generation) : ObjectField<FieldReader>
{
    public IntegerField NumPredict { get; } = new()
    {
        Name = "num_predict",
        Minimum = -2,
        Maximum = generation.MaxTokens.Maximum,
        Default = generation.MaxTokens.Default,
        Description = "The maximum number of tokens to generate; −1 and −2 are as many as a request may ask for.",
    };

    public IntegerField Seed { get; } = new()
    {
        Name = "seed",
        Minimum = -GenerationFields.MaxSeed,
        Maximum = GenerationFields.MaxSeed,
        Description = "The same seed and request give the same text; one at random if absent or negative.",
    };

    public NumberField RepeatPenalty { get; } = new()
    {
        Name = "repeat_penalty",
        Minimum = 0.1,
        Maximum = 10,
        Description = "The `repetition_penalty` of `POST /generate`.",
    };

    public override IReadOnlyList<Field> Members => field ??=
    [
        NumPredict, Seed, RepeatPenalty, .. generation.Sampling.Select(parameter => parameter.Field), generation.Stop,
        .. IgnoredField.Of(
            "num_keep", "num_ctx", "num_batch", "num_gpu", "main_gpu", "num_thread", "use_mmap", "use_mlock", "numa",
            "low_vram", "vocab_only", "f16_kv", "repeat_last_n", "penalize_newline", "tfs_z"),
    ];

    protected override bool TryRead(FieldReader reader, [MaybeNullWhen(false)] out FieldReader result)
    {
        result = reader;
        return true;
    }
}
