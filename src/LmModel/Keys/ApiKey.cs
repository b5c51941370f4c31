using System.Text.Json.Serialization;
using LmModel.Files;

namespace LmModel.Keys;

/// <summary>Who may use the service, and how much: an entry of <c>keys.json</c>. The key itself is not in it.</summary>
internal sealed record ApiKey
{
    private const int LongestName = 64;

    /// <summary>Names the key in logs, traces and commands; letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the key in UTF-8, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>From then on the key is refused; null for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Expires { get; init; }

    /// <summary>At least 1; null for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RequestsPerMinute { get; init; }

    /// <summary>Tokens of prompts and of texts together; at least 1; null for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TokensPerMinute { get; init; }

    /// <summary>What is wrong with a name; null if it is valid.</summary>
    public static string? NameProblem(string name) =>
        name.Length is >= 1 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? null
            : $"must have 1 to {LongestName} letters, digits, '.', '_' or '-'";

    /// <summary>Everything wrong with this entry; empty where it is valid.</summary>
    public IEnumerable<string> Problems()
    {
        if (NameProblem(Name) is { } problem)
        {
            yield return $"name {problem}";
        }

        if (!Sha256Text.IsValid(Sha256))
        {
            yield return "sha256 must be 64 lower-case hexadecimal digits";
        }

        if (RequestsPerMinute < 1)
        {
            yield return $"requests_per_minute must be at least 1, not {RequestsPerMinute}";
        }

        if (TokensPerMinute < 1)
        {
            yield return $"tokens_per_minute must be at least 1, not {TokensPerMinute}";
        }
    }
}
