using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LmApi.Observability;
using LmApi.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LmApi.Tests.Observability;

[Collection(RunsAlone.Name)]
public sealed partial class TelemetryTests
{
    private const string Secret = "hidden";

    [Fact]
    public async Task Every_metric_of_the_dashboard_is_exported()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        await UseAsync(service);
        var exported = Exported(await MetricsAsync(service));
        var asked = Queries()
            .Select(query => Grouping().Replace(query, ""))
            .SelectMany(query => Names().Matches(query))
            .Select(name => name.Value)
            .Distinct()
            .ToList();

        Assert.InRange(asked.Count, 15, 100);
        Assert.Empty(asked.Except(exported));
    }

    [Fact]
    public async Task Metrics_count_what_was_asked()
    {
        await using var service = await StartAsync();
        await UseAsync(service);
        var metrics = await MetricsAsync(service);

        Assert.Equal(7 + 7, Value(metrics, "lmservice_prompt_tokens_total"));
        Assert.Equal(7, Value(metrics, "lmservice_prompt_cached_tokens_total"));
        Assert.Equal(5 + 5, Value(metrics, "lmservice_text_tokens_total"));
        Assert.Equal(2, Value(metrics, "lmservice_generations_total", "lmservice_finish_reason=\"length\""));
        Assert.Equal(1, Value(metrics, "lmservice_problems_total", "error_type=\"not_found\""));
        Assert.Equal(2, Value(metrics, "gen_ai_server_time_to_first_token_seconds_count", "text_completion"));
        Assert.Equal(
            2, Value(metrics, "gen_ai_server_request_duration_seconds_count", "gen_ai_request_model=\"alphabet\""));
        Assert.Equal(0, Value(metrics, "lmservice_generations_active"));
        Assert.InRange(Value(metrics, "lmservice_step_sequences_count"), 10, 100);
        Assert.DoesNotContain(Secret, metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_is_counted_as_cancelled()
    {
        await using var service = await StartAsync();
        service.Model.Gate.Close();
        using (await service.PostAsync("/generate", new { prompt = "a", max_tokens = 50 }))
        {
        }

        await service.AssertTheModelStopsForAClientThatLeftAsync();
        Assert.Equal(
            1,
            Value(
                await MetricsAsync(service), "lmservice_generations_total", "lmservice_finish_reason=\"cancelled\""));
    }

    /// <summary>It runs on the decode thread.</summary>
    [Fact]
    public async Task Measuring_a_step_allocates_nothing()
    {
        await using var service = await StartAsync();
        var telemetry = service.Services.GetRequiredService<GenerationTelemetry>();
        telemetry.Stepped(1, 1);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 1; i < 1000; i++)
            {
                telemetry.Stepped(i, 2 * i);
            }
        }));
        Assert.InRange(Value(await MetricsAsync(service), "lmservice_step_sequences_count"), 1000, 1_000_000);
    }

    [Fact]
    public async Task Metrics_can_be_turned_off()
    {
        await using var service = await StartAsync(new() { ["Telemetry:Prometheus"] = "false" });
        using var response = await service.CreateClient().GetAsync(new Uri("/metrics", UriKind.Relative));
        await response.ProblemAsync(404);
    }

    [Fact]
    public async Task A_trace_has_queue_prefill_and_decode_below_the_request()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "LmService",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var service = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/generate")
        {
            Content = new StringContent(
                JsonSerializer.Serialize(new { prompt = Secret, max_tokens = 5, seed = 3 }),
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await service.CreateClient().SendAsync(request);
        await response.StreamedAsync();

        var whole = Assert.Single(spans, span => span.DisplayName == "text_completion alphabet");
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", $"{whole.TraceId}");
        Assert.NotEqual(default, whole.ParentSpanId);
        Assert.Equal(6, whole.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(5, whole.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal(3L, whole.GetTagItem("gen_ai.request.seed"));
        var parts = spans.Where(span => span.ParentSpanId == whole.SpanId).ToList();
        Assert.Equal(["queue", "prefill", "decode"], parts.Select(part => part.DisplayName));
        Assert.Equal(whole.StartTimeUtc, parts[0].StartTimeUtc);
        Assert.DoesNotContain(
            Secret,
            string.Concat(spans.SelectMany(span => span.TagObjects).Select(tag => $"{tag.Value}")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_receives_metrics_traces_and_logs_without_prompts()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var received = new ConcurrentDictionary<string, string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var collector = builder.Build();
        collector.MapPost("/{**path}", async (string path, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            var text = Encoding.Latin1.GetString(body.ToArray());
            received.AddOrUpdate(path, text, (_, before) => before + text);
            return Results.Ok();
        });
        await collector.StartAsync();

        await using (var service = await StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        }))
        {
            await UseAsync(service);
            await service.Logs.WaitForAsync("GET /nothing answered 404");
        }

        // The program ends on a thread of its own, which may still be sending what it has.
        while (received.Count < 3)
        {
            await Task.Delay(20, deadline.Token);
        }

        Assert.Contains("gen_ai.server.time_to_first_token", received["v1/metrics"], StringComparison.Ordinal);
        Assert.All(
            ["POST /generate", "text_completion alphabet", "queue", "prefill", "decode"],
            name => Assert.Contains(name, received["v1/traces"], StringComparison.Ordinal));
        Assert.Contains("ended by", received["v1/logs"], StringComparison.Ordinal);
        Assert.All(received.Values, sent => Assert.DoesNotContain(Secret, sent, StringComparison.Ordinal));
    }

    private static Task<LmServiceFixture> StartAsync(Dictionary<string, string>? settings = null) =>
        LmServiceFixture.StartAsync(settings);

    /// <summary>The same prompt twice, and something that is not there.</summary>
    private static async Task UseAsync(LmServiceFixture service)
    {
        for (var i = 0; i < 2; i++)
        {
            await service.StreamAsync(new { prompt = $"{Secret}.", max_tokens = 5 });
        }

        using var missing = await service.CreateClient().GetAsync(new Uri("/nothing", UriKind.Relative));
        await missing.ProblemAsync(404);
    }

    private static async Task<string> MetricsAsync(LmServiceFixture service) =>
        await service.CreateClient().GetStringAsync(new Uri("/metrics", UriKind.Relative));

    /// <summary>The sum over the lines of a metric that have a text.</summary>
    private static double Value(string metrics, string name, string with = "") => metrics.Split('\n')
        .Select(line => Line().Match(line))
        .Where(line => line.Groups["name"].Value == name)
        .Where(line => line.Groups["labels"].Value.Contains(with, StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture));

    private static HashSet<string> Exported(string metrics) =>
    [
        .. metrics.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('{', ' ')[0]),
    ];

    /// <summary>Of every panel.</summary>
    private static IEnumerable<string> Queries()
    {
        var file = Path.Combine(Repository.Root, "observe", "grafana", "dashboards", "lmservice.json");
        using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.Text("expr")),
        ];
    }

    [GeneratedRegex(@"^(?<name>\w+)(\{(?<labels>.*)\})? (?<value>\S+)")]
    private static partial Regex Line();

    [GeneratedRegex(@"by \([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\b(gen_ai|lmservice|http|kestrel|dotnet|process)_\w+(?=[\[{ )]|$)")]
    private static partial Regex Names();
}
