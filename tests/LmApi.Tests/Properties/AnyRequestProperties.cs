using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CsCheck;
using LmApi.Infrastructure.Problems;
using LmApi.Tests.Support;

namespace LmApi.Tests.Properties;

/// <summary>Whatever is sent, the answer is valid or a problem in the documented form, and costs little.</summary>
[Collection(RunsAlone.Name)]
public sealed class AnyRequestProperties
{
    private const int LongestProblem = 256 * 1024;

    /// <summary>
    /// Managed bytes that a service may have more of after any number of requests than after the first hundred: the
    /// pools of arrays, which keep some of each size, fill with the largest bodies.
    /// </summary>
    private const long AllowedGrowth = 32 << 20;

    private static readonly Gen<Sent> Requests = Gen.Select(
        RandomRequests.Methods, RandomRequests.Paths, RandomRequests.Headers, RandomRequests.Bodies,
        (method, path, headers, body) => new Sent(method, path, headers, body));

    [Fact]
    public async Task Any_request_gets_a_valid_answer_or_a_documented_problem_and_leaks_no_memory()
    {
        // The states of prompts are kept up to a bound that this test would otherwise fill for long.
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCacheMiB"] = "1" });
        using var client = service.CreateClient();
        var (sent, before) = (0, 0L);

        await Property.HoldsAsync(Requests, 2000, async request =>
        {
            using var response = await client.SendAsync(request.ToMessage());
            await AssertAnsweredAsync(response, request);
            service.Logs.Clear();
            if (++sent == 100)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }
        });

        Assert.Equal((0, 0), (service.Host.Model.Engine.Active, service.Host.Model.Engine.Waiting));
        if (sent > 100)
        {
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, AllowedGrowth);
        }
    }

    private static async Task AssertAnsweredAsync(HttpResponseMessage response, Sent request)
    {
        var method = request.Method;
        var status = (int)response.StatusCode;
        var body = await response.Content.ReadAsByteArrayAsync();
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body);
        Assert.InRange(status, 200, 499);
        if (status >= 400 && request.Path == "/" && method != "HEAD")
        {
            // Where older clients of Hugging Face's server send their requests.
            using var error = JsonDocument.Parse(text);
            Assert.NotEmpty(error.RootElement.Text("error_type"));
        }
        else if (status >= 400 && method != "HEAD")
        {
            AssertProblem(response, text);
        }
        else if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            await AssertStreamAsync(body);
        }
        else if (response.Content.Headers.ContentType?.MediaType == "application/json" && method != "HEAD")
        {
            using var json = JsonDocument.Parse(text);
        }
    }

    private static void AssertProblem(HttpResponseMessage response, string text)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.InRange(text.Length, 1, LongestProblem);
        using var problem = JsonDocument.Parse(text);
        var kind = Assert.Single(ProblemKind.All, k => k.Code == problem.RootElement.Text("code"));
        Assert.Equal(kind.Status, (int)response.StatusCode);
        Assert.Equal(kind.Status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.RootElement.Text("detail"));
    }

    private static async Task AssertStreamAsync(byte[] body)
    {
        using var reader = new EventStreamReader(new MemoryStream(body));
        var stream = new Streamed(await reader.RestAsync());

        // Asserts that it is the last event, and the only one of its kind.
        Assert.Equal(stream.Done.Text("text"), stream.Concatenated);
        Assert.Equal(
            Enumerable.Range(1, stream.Events.Count),
            stream.Events.Select(e => int.Parse(e.Id!.Split(':')[1], Invariant)));
    }

    private static readonly IFormatProvider Invariant = System.Globalization.CultureInfo.InvariantCulture;

    private sealed record Sent(string Method, string Path, (string Name, string Value)[] Headers, byte[] Body)
    {
        public HttpRequestMessage ToMessage()
        {
            var message = new HttpRequestMessage(new HttpMethod(Method), new Uri(Path, UriKind.Relative));
            if (Method is not ("GET" or "HEAD" or "TRACE"))
            {
                message.Content = new ByteArrayContent(Body);
                message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
            }

            foreach (var (name, value) in Headers)
            {
                if (name.StartsWith("Content-", StringComparison.Ordinal))
                {
                    message.Content?.Headers.Remove(name);
                    message.Content?.Headers.TryAddWithoutValidation(name, value);
                }
                else
                {
                    message.Headers.TryAddWithoutValidation(name, value);
                }
            }

            return message;
        }

        public override string ToString() =>
            $"{Method} {Path} {string.Join("; ", Headers.Select(h => $"{h.Name}: {h.Value}"))} "
            + JsonSerializer.Serialize(Encoding.Latin1.GetString(Body));
    }
}
