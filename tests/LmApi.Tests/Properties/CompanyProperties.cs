using System.Text.Json;
using CsCheck;
using LmApi.Tests.Support;

namespace LmApi.Tests.Properties;

/// <summary>A seed is a receipt: what else the service does changes no byte of a text.</summary>
public sealed class CompanyProperties
{
    private static readonly Gen<string> Requests = Gen.Select(
        RandomRequests.Prompts, RandomRequests.ValidSettings, Gen.Int[0, 1000],
        (prompt, settings, seed) => $"{{\"prompt\":\"{prompt}\",\"seed\":{seed}{settings}}}");

    [Fact]
    public async Task A_request_has_the_same_bytes_alone_and_with_any_others()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);

        await Property.HoldsAsync(Requests.Array[2, 10], 100, async requests =>
        {
            var alone = await AnswerAsync(service, requests[0]);

            var together = await Task.WhenAll(requests.Select(request => AnswerAsync(service, request)));

            Assert.Equal(alone, together[0]);
        });
    }

    [Fact]
    public async Task A_stream_and_a_json_answer_give_the_same_text()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);

        await Property.HoldsAsync(Requests, 100, async request =>
        {
            var streamed = await service.StreamAsync(With(request, "\"stream\":true"));
            var answer = await service.GenerateAsync(With(request, "\"stream\":false"));

            Assert.Equal(streamed.Text, answer.Text("text"));
            Assert.Equal(streamed.Done.Text("finish_reason"), answer.Text("finish_reason"));
            Assert.Equal(streamed.Done.GetProperty("seed").GetInt64(), answer.GetProperty("seed").GetInt64());
        });
    }

    /// <summary>The body with another <c>stream</c>.</summary>
    private static string With(string request, string member)
    {
        foreach (var value in (string[])["true", "false", "null"])
        {
            request = request.Replace($",\"stream\":{value}", "", StringComparison.Ordinal);
        }

        return request[..^1] + "," + member + "}";
    }

    /// <summary>All that depends on the request alone: no names, no timings, nothing of what was cached.</summary>
    private static async Task<string> AnswerAsync(LmServiceFixture service, string request)
    {
        using var response = await service.PostAsync("/generate", request);
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            var stream = await response.StreamedAsync();
            return string.Join('\n', stream.Tokens.Select(t => t.GetRawText()).Append(Receipt(stream.Done)));
        }

        return Receipt(await response.JsonAsync(200));
    }

    private static string Receipt(JsonElement done) => string.Join(' ', done.EnumerateObject()
        .Where(m => m.Name is "finish_reason" or "stop_sequence" or "text" or "seed" or "tokens")
        .Select(m => m.Value.GetRawText()));
}
