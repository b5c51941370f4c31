using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace LmApi.Infrastructure.Bodies;

/// <summary>Checks the headers that describe the body of a request.</summary>
internal static class BodyHeaders
{
    /// <summary>The media type of JSON values that are separated by line breaks.</summary>
    public const string LinesType = "application/x-ndjson";

    private const string Identity = "identity";

    private static readonly string[] LinesTypes = [LinesType, "application/ndjson", "application/jsonl"];

    /// <summary>Whether the body is a stream of lines.</summary>
    public static bool IsLines(IHeaderDictionary headers) =>
        MediaTypeHeaderValue.TryParse((string?)headers.ContentType, out var type)
        && LinesTypes.Any(name => Same(type.MediaType, name));

    /// <exception cref="ProblemException">415: the body is not JSON in UTF-8, or it is compressed.</exception>
    public static void RequireJson(IHeaderDictionary headers)
    {
        string? contentType = headers.ContentType;
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !IsJson(type) || !IsUtf8(type))
        {
            throw new ProblemException(ProblemKind.UnsupportedMediaType.With(
                "Send JSON in UTF-8 with the header Content-Type: application/json; "
                + $"given: {Excerpt.Of(contentType) ?? "no Content-Type"}."));
        }

        RequireUncompressed(headers);
    }

    /// <exception cref="ProblemException">415: the body is compressed.</exception>
    public static void RequireUncompressed(IHeaderDictionary headers)
    {
        if (headers.GetCommaSeparatedValues(HeaderNames.ContentEncoding).Any(coding => !Same(coding.Trim(), Identity)))
        {
            throw new ProblemException(
                ProblemKind.UnsupportedMediaType.With(
                    "Send the body uncompressed, without Content-Encoding; "
                    + $"given: Content-Encoding: {Excerpt.Of(headers.ContentEncoding.ToString())}.") with
                {
                    AcceptEncoding = Identity,
                });
        }
    }

    private static bool IsJson(MediaTypeHeaderValue type) =>
        Same(type.MediaType, "application/json") || Same(type.Suffix, "json");

    /// <summary>UTF-8 by default and in every spelling that clients send: utf-8, UTF8, "utf-8", utf_8.</summary>
    private static bool IsUtf8(MediaTypeHeaderValue type)
    {
        var name = type.Charset.ToString().Trim('"', '\'', ' ');
        return name.Length == 0 || Same(string.Concat(name.Split('-', '_')), "utf8");
    }

    private static bool Same(StringSegment value, string name) =>
        value.Equals(name, StringComparison.OrdinalIgnoreCase);
}
