using LmApi.Tests.Support;
using Serilog.Events;

namespace LmApi.Tests.Observability;

public sealed class LogTests
{
    [Fact]
    public async Task Prompts_are_not_logged_above_debug()
    {
        const string Secret = "mysecret";
        await using var service = await LmServiceFixture.StartAsync();
        await service.StreamAsync(new { prompt = Secret, max_tokens = 2, echo = true, stop = Secret });
        await service.GenerateAsync(new { prompt = Secret, max_tokens = 2, stop = Secret });
        await service.RefusedAsync(422, "/generate", new { prompt = Secret.ToUpperInvariant() });
        await service.RefusedAsync(422, "/generate", $$"""{"prompt":1,"{{Secret}}":"{{Secret}}"}""");
        await service.RefusedAsync(400, "/generate", $$"""{"prompt":"{{Secret}}"{{Secret}}""");
        using (await service.PostAsync("/tokenize", new { text = Secret }))
        {
        }

        service.Model.Failure = new InvalidOperationException("broken");
        using (var failed = await service.PostAsync("/generate", new { prompt = Secret }))
        {
            await failed.StreamedAsync();
        }

        var said = service.Logs.Events.Where(e => e.Level > LogEventLevel.Debug).Select(Everything).ToList();
        Assert.NotEmpty(said);
        Assert.DoesNotContain(said, line => line.Contains(Secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Every_request_has_one_log_line()
    {
        await using var service = await LmServiceFixture.StartAsync();
        await service.StreamAsync(new { prompt = "a", max_tokens = 2 });
        var line = await service.Logs.WaitForAsync("POST /generate answered 200");
        Assert.Equal(LogEventLevel.Information, line.Level);
    }

    [Fact]
    public async Task Health_probes_are_logged_only_at_debug()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.CreateClient().GetAsync(new Uri("/health/live", UriKind.Relative));
        Assert.Equal(LogEventLevel.Debug, (await service.Logs.WaitForAsync("GET /health/live answered 200")).Level);
    }

    private static string Everything(LogEvent line) =>
        line.RenderMessage() + line.Exception + string.Join(' ', line.Properties.Select(p => $"{p.Key}={p.Value}"));
}
