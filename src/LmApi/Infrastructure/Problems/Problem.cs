using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LmApi.Infrastructure.Problems;

/// <summary>An error answer, `application/problem+json` (RFC 9457).</summary>
internal sealed record Problem
{
    /// <summary>Always `about:blank`; `code` identifies the problem.</summary>
    public string Type { get; init; } = "about:blank";

    /// <summary>The HTTP status in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong with this request, for a person.</summary>
    public required string Detail { get; init; }

    /// <summary>The path that was requested.</summary>
    public string? Instance { get; init; }

    /// <summary>What is wrong, for a program; never changes its meaning.</summary>
    public required string Code { get; init; }

    /// <summary>Identifies the request in the logs of the service.</summary>
    public string? TraceId { get; init; }

    /// <summary>Where malformed JSON is not valid.</summary>
    public TextPosition? Position { get; init; }

    /// <summary>Every member of the body that is not valid.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>Sent as the header `Retry-After`.</summary>
    [JsonIgnore]
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Sent as the header `WWW-Authenticate`.</summary>
    [JsonIgnore]
    public string? Challenge { get; init; }

    /// <summary>Sent as the header `Accept-Encoding`: how the body may be sent.</summary>
    [JsonIgnore]
    public string? AcceptEncoding { get; init; }
}

/// <summary>A place in the body.</summary>
internal sealed record TextPosition
{
    /// <summary>Line, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Character in the line, from 1.</summary>
    public required int Column { get; init; }

    /// <summary>Bytes before it in the body.</summary>
    public required int ByteOffset { get; init; }
}

/// <summary>One member of the body that is not valid.</summary>
internal sealed record FieldError
{
    /// <summary>The member: `temperature`, `stop[2]`, `logit_bias.17`, `neural_cache.size`.</summary>
    public required string Field { get; init; }

    /// <summary>What is wrong with it, for a program; never changes its meaning.</summary>
    [AllowedValues(
        FieldErrorCodes.Missing,
        FieldErrorCodes.UnknownField,
        FieldErrorCodes.DuplicateField,
        FieldErrorCodes.WrongType,
        FieldErrorCodes.OutOfRange,
        FieldErrorCodes.TooShort,
        FieldErrorCodes.TooLong,
        FieldErrorCodes.TooMany,
        FieldErrorCodes.InvalidText,
        FieldErrorCodes.UnknownCharacter,
        FieldErrorCodes.UnknownToken,
        FieldErrorCodes.NotAvailable
    )]
    public required string Code { get; init; }

    /// <summary>What is wrong with it, for a person.</summary>
    public required string Message { get; init; }

    /// <summary>What would be valid, in the terms of JSON Schema.</summary>
    public FieldLimit? Limit { get; init; }

    /// <summary>The value that was given; shortened where it is long.</summary>
    public JsonElement? Given { get; init; }

    /// <summary>The member that was probably meant.</summary>
    public string? Suggestion { get; init; }
}

/// <summary>The valid values of a member, in the terms of JSON Schema.</summary>
internal sealed record FieldLimit
{
    /// <summary>The expected JSON type.</summary>
    public string? Type { get; init; }

    /// <summary>The least value allowed.</summary>
    public double? Minimum { get; init; }

    /// <summary>The value must be above this.</summary>
    public double? ExclusiveMinimum { get; init; }

    /// <summary>The greatest value allowed.</summary>
    public double? Maximum { get; init; }

    /// <summary>The value must be below this.</summary>
    public double? ExclusiveMaximum { get; init; }

    /// <summary>Minimum length of a string in UTF-16 units.</summary>
    public int? MinLength { get; init; }

    /// <summary>Maximum length of a string in UTF-16 units.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Maximum number of items of an array or members of an object.</summary>
    public int? MaxItems { get; init; }

    /// <summary>Maximum number of tokens of a text.</summary>
    public int? MaxTokens { get; init; }
}

/// <summary>The codes of a <see cref="FieldError"/>.</summary>
internal static class FieldErrorCodes
{
    public const string Missing = "missing";
    public const string UnknownField = "unknown_field";
    public const string DuplicateField = "duplicate_field";
    public const string WrongType = "wrong_type";
    public const string OutOfRange = "out_of_range";
    public const string TooShort = "too_short";
    public const string TooLong = "too_long";
    public const string TooMany = "too_many";
    public const string InvalidText = "invalid_text";
    public const string UnknownCharacter = "unknown_character";
    public const string UnknownToken = "unknown_token";
    public const string NotAvailable = "not_available";
}
