// Reads lines from standard input and prints those that surprise a model of normal lines, by POST /score as a stream:
//
//     Model__Path=models/my-log dotnet run --project src/LmApi
//     tail -f app.log | dotnet run --project examples/LogWatcher -- http://localhost:8080 3.5
//
// The number is the threshold in bits per character; without it, every line is printed with its score.
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text.Json;

if (args is not ([_] or [_, _]) || !Uri.TryCreate(args[0].TrimEnd('/') + "/score", UriKind.Absolute, out var score))
{
    Console.Error.WriteLine("Usage: LogWatcher URL [BITS], such as http://localhost:8080 3.5");
    return 1;
}

var threshold = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : double.NegativeInfinity;
var sent = new Queue<string>();
var pipe = new Pipe();
using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
using var lines = new StreamContent(pipe.Reader.AsStream());
using var request = new HttpRequestMessage(HttpMethod.Post, score) { Content = lines };
lines.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
var sending = SendAsync();

// The service answers each line as soon as it is scored, while further lines are still being sent.
using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
using var answers = new StreamReader(await response.Content.ReadAsStreamAsync());
if (!response.IsSuccessStatusCode)
{
    Console.Error.WriteLine(await answers.ReadToEndAsync());
    return 1;
}

while (await answers.ReadLineAsync() is { } answer)
{
    using var json = JsonDocument.Parse(answer);
    string line;
    lock (sent)
    {
        line = sent.Dequeue();
    }

    // A line that cannot be scored, because it is too long or has unknown characters, gets an error in its place.
    if (!json.RootElement.TryGetProperty("score", out var scored))
    {
        Console.WriteLine($"not scored: {line}");
    }
    else if (scored.GetProperty("bits_per_character").GetDouble() is var bits && bits > threshold)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bits:F2}  {line}"));
    }
}

await sending;
return 0;

// Each line is scored by itself, from the beginning of a line. An empty one has nothing to score.
async Task SendAsync()
{
    await using var body = pipe.Writer.AsStream();
    while (await Console.In.ReadLineAsync() is { } line)
    {
        if (line.Length == 0)
        {
            continue;
        }

        lock (sent)
        {
            sent.Enqueue(line);
        }

        await JsonSerializer.SerializeAsync(body, new { text = line, given = "" });
        body.WriteByte((byte)'\n');
        await body.FlushAsync();
    }
}
