using LmApi.Generation;
using LmApi.Infrastructure.Fields;

namespace LmApi.OpenAi.Chat;

/// <summary>The members of <c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatFields(GenerationFields generation) : FieldTable
{
    public override string SchemaName => "OpenAiChatRequest";

    public override string Description =>
        "A chat as OpenAI's clients ask for it. What is left out has the service's default; the sampling members of "
        + "`POST /generate` may be given too.";

    public ChatMessagesField Messages { get; } = new()
    {
        Name = "messages",
        Required = true,
        Description = "The chat so far. The model continues it as a text: docs/clients.md says how.",
    };

    public IntegerField MaxCompletionTokens { get; } = new()
    {
        Name = "max_completion_tokens",
        Minimum = generation.MaxTokens.Minimum,
        Maximum = generation.MaxTokens.Maximum,
        Description = "The same as `max_tokens`, over which it takes precedence.",
    };

    public IntegerField N { get; } = new()
    {
        Name = "n",
        Minimum = 1,
        Maximum = 128,
        Description = "How many answers to return.",
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
        Description = "How many of the most probable tokens to report at each position; needs `logprobs`.",
    };

    public override IReadOnlyList<Field> All => field ??=
    [
        OpenAiMembers.Model, Messages, generation.MaxTokens, MaxCompletionTokens, N,
        .. generation.Sampling.Select(parameter => parameter.Field), generation.LogitBias, generation.NeuralCache,
        generation.Guard, generation.Stop, OpenAiMembers.Seed, OpenAiMembers.Stream, OpenAiMembers.StreamOptions,
        Logprobs, TopLogprobs, .. Unsupported, .. OpenAiMembers.Ignored,
    ];

    private static IEnumerable<UnsupportedField> Unsupported =>
    [
        OpenAiMembers.Tools, OpenAiMembers.ToolChoice,
        UnsupportedField.Of("functions", OpenAiMembers.NoTools, "[]"),
        UnsupportedField.Of("function_call", OpenAiMembers.NoTools, "\"none\"", "\"auto\""),
        UnsupportedField.Of("response_format", OpenAiMembers.NoFormat, "{\"type\":\"text\"}"),
        UnsupportedField.Of("modalities", OpenAiMembers.OnlyText, "[\"text\"]"),
        UnsupportedField.Of("audio", OpenAiMembers.OnlyText),
        UnsupportedField.Of("web_search_options", OpenAiMembers.NoTools),
        UnsupportedField.Of("prediction", "the model has no way to use a predicted text."),
        UnsupportedField.Of("reasoning_effort", OpenAiMembers.NoReasoning, "\"none\""),
        UnsupportedField.Of("verbosity", OpenAiMembers.NoReasoning, "\"medium\""),
    ];
}
