using LmApi.Tests.Support;

namespace LmApi.Tests.Generation;

public sealed partial class StreamTests
{
    [Fact]
    public async Task Comments_are_sent_while_there_are_no_events()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:KeepAliveSeconds"] = "7" });
        service.Model.Gate.Close();
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 1 });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("start", (await reader.NextAsync())?.Name);
        for (var i = 0; i < 2; i++)
        {
            var next = reader.NextAsync();
            while (!next.IsCompleted)
            {
                service.Time.Advance(TimeSpan.FromSeconds(7));
                await Task.Yield();
            }

            Assert.Equal("keep-alive", (await next)?.Comment);
        }

        service.Model.Gate.Open();
        Assert.Equal("done", (await reader.RestAsync())[^1].Name);
    }

    [Fact]
    public async Task Tokens_after_the_first_are_sent_in_batches_at_the_flush_interval()
    {
        await using var service = await LmServiceFixture.StartAsync(new()
        {
            ["Generation:FlushMilliseconds"] = "3",
            ["Generation:KeepAliveSeconds"] = "3600",
        });
        service.Model.Gate.Allow(1);
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 5 });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("start", (await reader.NextAsync())?.Name);
        Assert.Equal("token", (await reader.NextAsync())?.Name);

        // The clock stands still, so nothing is sent, however long it takes.
        service.Model.Gate.Allow(2);
        var next = reader.NextAsync();
        Assert.False(next.IsCompleted);
        while (!next.IsCompleted)
        {
            service.Time.Advance(TimeSpan.FromMilliseconds(3));
            await Task.Yield();
        }

        Assert.Equal("token", (await next)?.Name);

        // The end does not wait for the clock.
        service.Model.Gate.Open();
        Assert.Equal(["token", "token", "token", "done"], (await reader.RestAsync()).Select(e => e.Name));
    }

    [Fact]
    public async Task Without_a_flush_interval_each_token_is_sent_separately()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:FlushMilliseconds"] = "0" });
        service.Model.Gate.Close();
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 5 });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("start", (await reader.NextAsync())?.Name);
        for (var i = 0; i < 4; i++)
        {
            service.Model.Gate.Allow(1);
            Assert.Equal("token", (await reader.NextAsync())?.Name);
        }

        service.Model.Gate.Open();
        Assert.Equal(["token", "done"], (await reader.RestAsync()).Select(e => e.Name));
    }

    [Fact]
    public async Task Headers_are_sent_before_the_first_token_is_generated()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Gate.Close();
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 1 });
        Assert.Equal(200, (int)response.StatusCode);
        service.Model.Gate.Open();
        Assert.Single((await response.StreamedAsync()).Tokens);
    }
}
