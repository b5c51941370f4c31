using LmApi.Tests.Support;

namespace LmApi.Tests.Generation;

/// <summary>What only a real connection shows.</summary>
public sealed class KestrelTests
{
    [Fact]
    public async Task The_first_token_arrives_before_the_last_is_generated()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        service.Model.Gate.Allow(1);
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 3 });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("start", (await reader.NextAsync())?.Name);
        Assert.Equal("token", (await reader.NextAsync())?.Name);

        service.Model.Gate.Open();
        Assert.Equal(["token", "token", "done"], (await reader.RestAsync()).Select(e => e.Name));
    }

    [Fact]
    public async Task A_closed_connection_stops_the_work()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        service.Model.Gate.Allow(2);
        var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 4000 });
        using (var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync()))
        {
            await reader.NextAsync();
            await reader.NextAsync();
        }

        response.Dispose();
        await service.AssertTheModelStopsForAClientThatLeftAsync();
    }

    [Fact]
    public async Task A_chunked_body_that_is_too_large_is_refused()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/generate")
        {
            Content = new StringContent(new string(' ', 2 << 20), null, "application/json"),
        };
        request.Headers.TransferEncodingChunked = true;
        using var response = await service.CreateClient().SendAsync(request);
        Assert.Equal("body_too_large", (await response.ProblemAsync(413)).Text("code"));
    }

    [Fact]
    public async Task The_stream_of_the_real_model_is_complete()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(realModel: true);
        var stream = await service.StreamAsync(
            new
            {
                prompt = "",
                max_tokens = 200,
                temperature = 1,
                echo = true,
                logprobs = 20,
            }
        );
        Assert.Equal(200, stream.Tokens.Count);
        Assert.Equal(stream.Text, stream.Concatenated);
    }
}
