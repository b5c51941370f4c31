using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LmApi.Infrastructure.Problems;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace LmApi.Infrastructure.Json;

/// <summary>Reads a JSON body, or says exactly why it cannot.</summary>
internal static class JsonBody
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <exception cref="ProblemException">413, 415 or 400; nothing has been written to the response.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpRequest request, int maxBytes)
    {
        RequireJson(request.ContentType);
        var body = await ReadBytesAsync(request, maxBytes);
        return Parse(body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body);
    }

    /// <exception cref="ProblemException">400 with the position where the JSON breaks.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            throw Malformed("The body is empty; a JSON object is expected.", body.Span, 0);
        }

        if (!Utf8.IsValid(body.Span))
        {
            throw Malformed("The body is not valid UTF-8.", body.Span, FirstInvalid(body.Span));
        }

        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException exception)
        {
            var offset = LineStart(body.Span, exception.LineNumber ?? 0) + (int)(exception.BytePositionInLine ?? 0);
            throw Malformed(WithoutPosition(exception.Message), body.Span, offset);
        }
    }

    private static void RequireJson(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !IsJson(type) || !IsUtf8(type))
        {
            var given = Excerpt.Of(contentType) ?? "no Content-Type";
            throw new ProblemException(ProblemKind.UnsupportedMediaType.With(
                $"Send the header Content-Type: application/json and UTF-8; given: {given}."));
        }
    }

    private static bool IsJson(MediaTypeHeaderValue type) =>
        Same(type.MediaType, "application/json") || Same(type.Suffix, "json");

    private static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue || Same(HeaderUtilities.RemoveQuotes(type.Charset), "utf-8");

    private static bool Same(StringSegment value, string name) => value.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, int maxBytes)
    {
        var body = new ArrayBufferWriter<byte>();
        var given = request.ContentLength ?? 0;
        while (given <= maxBytes)
        {
            var count = await request.Body.ReadAsync(body.GetMemory(4096), request.HttpContext.RequestAborted);
            if (count == 0)
            {
                return body.WrittenMemory;
            }

            body.Advance(count);
            given = Math.Max(given, body.WrittenCount);
        }

        var size = request.ContentLength is { } length ? $"{length}" : $"more than {maxBytes}";
        throw new ProblemException(ProblemKind.BodyTooLarge.With($"The body may have {maxBytes} bytes; given: {size}."));
    }

    private static ProblemException Malformed(string message, ReadOnlySpan<byte> body, int offset)
    {
        offset = Math.Min(offset, body.Length);
        var line = body[..offset].Count((byte)'\n');
        var before = body[(body[..offset].LastIndexOf((byte)'\n') + 1)..offset];
        var position = new TextPosition
        {
            Line = line + 1,
            Column = Encoding.UTF8.GetString(before).EnumerateRunes().Count() + 1,
            ByteOffset = offset,
        };
        var detail = $"Line {position.Line}, column {position.Column}: {message}";
        return new ProblemException(ProblemKind.MalformedJson.With(detail) with { Position = position });
    }

    private static int LineStart(ReadOnlySpan<byte> body, long line)
    {
        var start = 0;
        for (; line > 0; line--)
        {
            start += body[start..].IndexOf((byte)'\n') + 1;
        }

        return start;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> body)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(body[offset..], out _, out var consumed) == OperationStatus.Done)
        {
            offset += consumed;
        }

        return offset;
    }

    /// <summary>The runtime appends "LineNumber: 0 | BytePositionInLine: 5."; ours counts from 1.</summary>
    private static string WithoutPosition(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
