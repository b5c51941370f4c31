// A web page of one's own that writes a story with a running LmService:
//
//     dotnet run --project src/LmApi
//     dotnet run --project examples/StoryPage -- --Service http://localhost:8080 --urls http://localhost:5000
//
// The browser never talks to LmService: this program passes on its stream of events, with settings that it chooses.
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

var builder = WebApplication.CreateBuilder(args);
var service = new Uri(builder.Configuration["Service"] ?? "http://localhost:8080");
builder.Services.AddHttpClient("lm", http => http.BaseAddress = service);
var app = builder.Build();
app.MapGet("/", () => Results.Content(Page, "text/html; charset=utf-8"));
app.MapGet("/story", StoryAsync);
app.Run();

static async Task StoryAsync(string? begin, HttpContext http, IHttpClientFactory clients)
{
    using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("generate", UriKind.Relative))
    {
        Content = new StringContent(
            JsonSerializer.Serialize(new { prompt = begin ?? "", max_tokens = 300, min_p = 0.05 }),
            Encoding.UTF8,
            "application/json"),
    };
    request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
    using var client = clients.CreateClient("lm");

    // Without buffering, so that each token is passed on as it comes; the reader who leaves ends the generation too.
    using var response = await client.SendAsync(
        request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
    http.Response.StatusCode = (int)response.StatusCode;
    http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
    http.Response.Headers.CacheControl = "no-store";
    await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
}

/// <content>The page: a beginning, a button, and the story.</content>
internal static partial class Program
{
    private const string Page = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>A story</title>
        <style>body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1.1rem/1.6 serif }
        #story { white-space: pre-wrap }</style>
        <h1>A story</h1>
        <label>It begins: <input id="begin" value="Once upon a time there was a" size="40"></label>
        <button id="tell">Tell it</button>
        <p id="story" aria-live="polite"></p>
        <script>
          const byId = id => document.getElementById(id);
          let events;
          byId('tell').onclick = () => {
            events?.close();
            const begin = byId('begin').value;
            const story = byId('story');
            story.textContent = begin;
            events = new EventSource('story?begin=' + encodeURIComponent(begin));
            events.addEventListener('token', e => { story.append(JSON.parse(e.data).text); });
            events.addEventListener('done', () => events.close());
            // An error of the stream, or of the connection, which EventSource would otherwise open again.
            events.onerror = () => { events.close(); story.append(' [the story was interrupted]'); };
          };
        </script>
        """;
}
