using System.Diagnostics.CodeAnalysis;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;

namespace LmApi.OpenAi;

/// <summary>Members that several of OpenAI's bodies have.</summary>
internal static class OpenAiMembers
{
    public static TextField Model { get; } = new()
    {
        Name = "model",
        Description = "The name of the model, as `GET /v1/models` lists it; may be left out.",
    };

    public static BooleanField Stream { get; } = new()
    {
        Name = "stream",
        Default = false,
        Description = "Whether to stream the answer as server-sent events.",
    };

    public static StreamOptionsField StreamOptions { get; } = new()
    {
        Name = "stream_options",
        Description = "How to stream.",
    };

    /// <summary>Any whole number that JSON readers keep; OpenAI's may be negative.</summary>
    public static IntegerField Seed { get; } = new()
    {
        Name = "seed",
        Minimum = -GenerationFields.MaxSeed,
        Maximum = GenerationFields.MaxSeed,
        Description = "The same seed and request give the same text. Choice i has the seed plus i. Chosen at random if "
            + "absent; the header `Generation-Seed` says which was used.",
        Example = 42,
    };

    public const string NoTools = "the model calls no tools.";

    public const string NoFormat = "the model writes plain text and follows no schema.";

    public const string OnlyText = "the model reads and writes text only.";

    public const string NoReasoning = "the model does not reason; it continues the text.";

    public static UnsupportedField Tools { get; } = UnsupportedField.Of("tools", NoTools, "[]");

    public static UnsupportedField ToolChoice { get; } =
        UnsupportedField.Of("tool_choice", NoTools, "\"none\"", "\"auto\"");

    /// <summary>Maximum number of tokens that an answer may report with their log probabilities.</summary>
    public const int MaxReportedTokens = 1 << 18;

    /// <summary>Members that are accepted and have no effect.</summary>
    public static IReadOnlyList<Field> Ignored { get; } =
    [
        .. IgnoredField.Of(
            "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key",
            "prompt_cache_retention", "parallel_tool_calls"),
    ];

    /// <summary>The seed of choice i.</summary>
    public static long SeedOf(long seed, int choice) => unchecked(seed + choice) & GenerationFields.MaxSeed;
}

/// <summary><c>stream_options</c>.</summary>
internal sealed class StreamOptionsField : ObjectField<StreamOptions>
{
    private readonly BooleanField _includeUsage = new()
    {
        Name = "include_usage",
        Default = false,
        Description = "Whether the last event before the end says how many tokens were read and generated.",
    };

    public override IReadOnlyList<Field> Members => field ??=
        [_includeUsage, .. IgnoredField.Of("include_obfuscation")];

    protected override bool TryRead(FieldReader reader, [MaybeNullWhen(false)] out StreamOptions result)
    {
        result = new(reader.Read(_includeUsage) ?? false);
        return true;
    }
}

/// <summary>How to stream.</summary>
internal sealed record StreamOptions(bool IncludeUsage);
