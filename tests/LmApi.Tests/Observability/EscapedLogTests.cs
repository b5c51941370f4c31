using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LmApi.Observability;
using LmApi.Tests.Support;
using Serilog.Events;
using Serilog.Parsing;

namespace LmApi.Tests.Observability;

/// <summary>What clients send neither forges lines of the log nor controls the terminal that shows it.</summary>
public sealed class EscapedLogTests
{
    /// <summary>Every character that is not text, beside some that are.</summary>
    private static readonly string Hostile = "a\n[12:00:00.000 INF] all is well\r\n\u001b[31mé€😀\"\\" + string.Concat(
        Enumerable.Range(0, 0x110000)
            .Where(Rune.IsValid)
            .Select(value => new Rune(value))
            .Where(rune => !IsText(rune))
            .Select(rune => rune.ToString()));

    [Fact]
    public void A_line_of_text_remains_one_line_whatever_a_value_contains()
    {
        var lines = Format("text", Event(Hostile)).Split('\n');

        Assert.Equal(2, lines.Length);
        Assert.Empty(lines[1]);
        Assert.StartsWith("[", lines[0], StringComparison.Ordinal);
        Assert.Contains(
            @"said a\u000A[12:00:00.000 INF] all is well\u000D\u000A\u001B[31mé€😀""\",
            lines[0],
            StringComparison.Ordinal);
        Assert.All(lines[0].EnumerateRunes(), rune => Assert.True(IsText(rune), $"U+{rune.Value:X4}"));
    }

    [Fact]
    public void The_lines_of_an_exception_are_indented_for_any_message()
    {
        var lines = Format("text", Event("x", new InvalidOperationException(Hostile))).TrimEnd('\n').Split('\n');

        Assert.All(lines[1..], line => Assert.StartsWith("   ", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.All(line.EnumerateRunes(), rune => Assert.True(IsText(rune))));
    }

    [Fact]
    public void A_json_log_line_is_one_object_with_the_same_values_and_no_control_characters()
    {
        var lines = Format("json", Event(Hostile, new InvalidOperationException(Hostile))).Split('\n');

        Assert.Equal(2, lines.Length);
        Assert.Empty(lines[1]);
        Assert.All(lines[0].EnumerateRunes(), rune => Assert.True(IsText(rune)));
        using var json = JsonDocument.Parse(lines[0]);
        Assert.Equal(Hostile, json.RootElement.GetProperty("Value").GetString());
        Assert.Contains(Hostile, json.RootElement.GetProperty("@x").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_methods_and_headers_of_a_request_are_escaped()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);
        await client.SendAsync(RawClient.Head("GET", "/x%0a[12:00:00%20INF]%20all%20is%20well%1b[31m%e2%80%ae%c2%9b"));
        Assert.Equal("not_found", (await client.ReadAnswerAsync()).Code);
        var line = await service.Logs.WaitForAsync("all is well");

        Assert.All(
            service.Logs.Events,
            logEvent =>
                Assert.All(
                    Format("text", logEvent).TrimEnd('\n').EnumerateRunes(),
                    rune => Assert.True(rune.Value == '\n' || IsText(rune))));
        Assert.Contains(
            @"/x\u000A[12:00:00 INF] all is well\u001B[31m\u202E\u009B",
            Format("text", line),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")]
    [InlineData("traceparent", "nonsense")]
    [InlineData("Request-Id", "|abc.1.")]
    public async Task The_trace_id_of_an_answer_is_in_every_log_line_of_its_request(string? header, string? value)
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);
        await client.SendAsync(RawClient.Post("/generate", "{}", header is null ? [] : [$"{header}: {value}"]));
        using var problem = JsonDocument.Parse((await client.ReadAnswerAsync()).Body);
        var traceId = problem.RootElement.Text("trace_id");
        var (refused, answered) = (
            await service.Logs.WaitForAsync("Refused"),
            await service.Logs.WaitForAsync("answered 422"));

        Assert.NotEqual(default(ActivityTraceId).ToString(), traceId);
        Assert.All(
            [refused, answered],
            line => Assert.EndsWith($" {traceId}\n", Format("text", line), StringComparison.Ordinal));
        Assert.All(
            [refused, answered],
            line => Assert.Contains($"\"@tr\":\"{traceId}\"", Format("json", line), StringComparison.Ordinal));
        if (value?.StartsWith("00-", StringComparison.Ordinal) == true)
        {
            Assert.Equal(value[3..35], traceId);
        }
    }

    [Fact]
    public void A_log_line_outside_a_request_ends_with_its_message() =>
        Assert.EndsWith("said x\n", Format("text", Event("x")), StringComparison.Ordinal);

    private static bool IsText(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator);

    private static string Format(string format, LogEvent logEvent)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Logs.Formatter(format).Format(logEvent, output);
        return output.ToString();
    }

    private static LogEvent Event(string value, Exception? exception = null) =>
        new(
            DateTimeOffset.UnixEpoch,
            LogEventLevel.Information,
            exception,
            new MessageTemplateParser().Parse("Somebody said {Value}"),
            [new("Value", new ScalarValue(value))]
        );
}
