using LmApi.Generation;
using LmApi.Infrastructure.Fields;

namespace LmApi.OpenAi.Responses;

/// <summary>The members of <c>POST /v1/responses</c>.</summary>
internal sealed class ResponseFields(GenerationFields generation) : FieldTable
{
    public override string SchemaName => "OpenAiResponseRequest";

    public override string Description =>
        "A response as OpenAI's newer clients ask for it: text in, text out. What is left out has the service's "
        + "default; the sampling members of `POST /generate` may be given too.";

    public ChatMessagesField Input { get; } = new()
    {
        Name = "input",
        Required = true,
        AllowsText = true,
        Description = "The text, or the chat, that the model continues.",
    };

    public TextField Instructions { get; } = new()
    {
        Name = "instructions",
        Description = "Comes before the input, as a message of the system.",
    };

    public IntegerField MaxOutputTokens { get; } = new()
    {
        Name = "max_output_tokens",
        Minimum = generation.MaxTokens.Minimum,
        Maximum = generation.MaxTokens.Maximum,
        Default = generation.MaxTokens.Default,
        Description = generation.MaxTokens.Description,
    };

    public override IReadOnlyList<Field> All => field ??=
    [
        OpenAiMembers.Model, Input, Instructions, MaxOutputTokens,
        .. generation.Sampling.Select(parameter => parameter.Field), generation.LogitBias, generation.NeuralCache,
        generation.Guard, generation.Stop, OpenAiMembers.Seed, OpenAiMembers.Stream, .. Unsupported,
        .. OpenAiMembers.Ignored, .. IgnoredField.Of("stream_options", "max_tool_calls"),
    ];

    private static IEnumerable<UnsupportedField> Unsupported =>
    [
        OpenAiMembers.Tools, OpenAiMembers.ToolChoice,
        UnsupportedField.Of(
            "text", OpenAiMembers.NoFormat, "{}", "{\"format\":{\"type\":\"text\"}}",
            "{\"format\":{\"type\":\"text\"},\"verbosity\":\"medium\"}"),
        UnsupportedField.Of("reasoning", OpenAiMembers.NoReasoning, "{}"),
        UnsupportedField.Of("include", "the answer has the text, nothing else.", "[]"),
        UnsupportedField.Of("top_logprobs", "completions and chats report log probabilities.", "0"),
        UnsupportedField.Of("previous_response_id", NotKept),
        UnsupportedField.Of("conversation", NotKept),
        UnsupportedField.Of("background", NotKept, "false"),
        UnsupportedField.Of("prompt", "the service keeps no prompts."),
        UnsupportedField.Of(
            "truncation", "a text that is too long is refused rather than shortened.", "\"disabled\""),
        UnsupportedField.Of("context_management", "a text of any length fits into the state."),
    ];

    private const string NotKept = "the service keeps no responses: send the chat so far as `input`.";
}
