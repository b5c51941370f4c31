using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LmApi.Infrastructure.Problems;

namespace LmApi.Infrastructure.Bodies;

/// <summary>Parses a JSON body, or reports exactly where it is not valid.</summary>
internal static class JsonBody
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <exception cref="ProblemException">400 with the position of the error.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        body = body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
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

    private static ProblemException Malformed(string message, ReadOnlySpan<byte> body, int offset)
    {
        offset = Math.Min(offset, body.Length);
        var line = body[..offset].Count((byte)'\n');
        var before = body[(body[..offset].LastIndexOf((byte)'\n') + 1)..offset];
        var columns = 0;
        foreach (var unit in before)
        {
            // Counts every byte except those that continue a character.
            columns += (unit & 0xC0) != 0x80 ? 1 : 0;
        }

        var position = new TextPosition
        {
            Line = line + 1,
            Column = columns + 1,
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
