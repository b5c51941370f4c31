using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace LmApi.Tests.Support;

/// <summary>The words in which tests talk to the service.</summary>
internal static class LmClient
{
    /// <summary>Sends a body, raw or as an object, and returns when the headers of the answer are there.</summary>
    public static Task<HttpResponseMessage> PostAsync(
        this LmServiceFixture service,
        string path,
        object body,
        string? accept = null,
        CancellationToken cancellation = default
    ) => service.CreateClient().PostAsync(path, body, accept, cancellation);

    public static async Task<HttpResponseMessage> PostAsync(
        this HttpClient client,
        string path,
        object body,
        string? accept = null,
        CancellationToken cancellation = default)
    {
        var json = body as string ?? JsonSerializer.Serialize(body);
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>Streams a generation to its end.</summary>
    public static async Task<Streamed> StreamAsync(this LmServiceFixture service, object request)
    {
        using var response = await service.PostAsync("/generate", request);
        return await response.StreamedAsync();
    }

    public static async Task<Streamed> StreamedAsync(this HttpResponseMessage response)
    {
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        return new(await reader.RestAsync());
    }

    /// <summary>Asks for a single JSON answer.</summary>
    public static async Task<JsonElement> GenerateAsync(this LmServiceFixture service, object request)
    {
        using var response = await service.PostAsync("/generate", request, "application/json");
        return await response.JsonAsync(200);
    }

    /// <summary>Sends what must be refused, and returns the problem.</summary>
    public static async Task<JsonElement> RefusedAsync(
        this LmServiceFixture service,
        int status,
        string path,
        object body)
    {
        using var response = await service.PostAsync(path, body);
        return await response.ProblemAsync(status);
    }

    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status)
    {
        Assert.Equal(MediaTypeHeaderValue.Parse("application/problem+json"), response.Content.Headers.ContentType);
        var problem = await response.JsonAsync(status);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        return problem;
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    /// <summary>"field code" of every error.</summary>
    public static IReadOnlyList<string> Errors(this JsonElement problem) =>
        [.. problem.GetProperty("errors").EnumerateArray().Select(e => $"{e.Text("field")} {e.Text("code")}")];
}

/// <summary>A stream that has ended.</summary>
internal sealed record Streamed(IReadOnlyList<ServerSentEvent> Events)
{
    public IReadOnlyList<JsonElement> Tokens => [.. Events.Where(e => e.Name == "token").Select(e => e.Data)];

    /// <summary>The one last event.</summary>
    public JsonElement Done
    {
        get
        {
            Assert.Equal("done", Events[^1].Name);
            return Assert.Single(Events, e => e.Name is "done" or "error").Data;
        }
    }

    public string Text => Done.Text("text");

    public string Concatenated => string.Concat(Tokens.Select(t => t.Text("text")));
}
