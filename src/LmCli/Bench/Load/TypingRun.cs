using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using LmCli.Bench.Measures;

namespace LmCli.Bench.Load;

/// <summary>
/// <c>lm bench --url URL --typists N</c>: how long a service takes to complete a text after one more keystroke. Typists
/// type texts of the model's own at a fixed rate, whatever the answers; they begin evenly spread over a keystroke.
/// </summary>
internal static class TypingRun
{
    public static async Task RunAsync(TypingSettings settings, TextWriter output, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = settings.Typists };
        using var http = new HttpClient(handler) { BaseAddress = new(settings.Url.AbsoluteUri.TrimEnd('/') + "/") };
        var rounds = new List<Percentiles>();
        var late = 0;
        // The first round is not counted: a service compiles what it finds busy.
        for (var round = 0; round <= settings.Rounds; round++)
        {
            var texts = await TextsAsync(http, settings, round, cancellation);
            var times = await Task.WhenAll(texts.Select((text, i) => TypeAsync(http, settings, text, i, cancellation)));
            if (round > 0)
            {
                rounds.Add(Percentiles.Of([.. times.SelectMany(typist => typist)]));
                late += times.Sum(typist => typist.Count(t => t > 1e3 / TypingSettings.Rate));
            }
        }

        Report(output, settings, rounds, late);
    }

    /// <summary>One text a typist, long enough for a round; no two are the same.</summary>
    private static async Task<IReadOnlyList<string>> TextsAsync(
        HttpClient http, TypingSettings settings, int round, CancellationToken cancellation)
    {
        var length = TypingSettings.Characters + settings.Keystrokes;
        var texts = new List<string>();
        for (var i = 0; i < settings.Typists; i++)
        {
            // A token has at least a character, nearly always.
            var answer = await PostAsync(
                http,
                "generate",
                new { prompt = "", max_tokens = length + 50, seed = (round * settings.Typists) + i, stream = false },
                cancellation);
            var text = answer.GetProperty("text").GetString()!;
            texts.Add(text.Length >= length
                ? text
                : throw new InvalidDataException($"The model wrote {text.Length} characters; {length} are needed."));
        }

        return texts;
    }

    /// <returns>Milliseconds of each keystroke from its request to its answer.</returns>
    private static async Task<List<double>> TypeAsync(
        HttpClient http, TypingSettings settings, string text, int typist, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var times = new List<double>(settings.Keystrokes);
        var spread = TimeSpan.FromSeconds(typist / (double)settings.Typists / TypingSettings.Rate);
        // What stands there is read once, before anything is measured.
        await CompleteAsync(http, text[..TypingSettings.Characters], cancellation);
        await Task.Delay(spread, cancellation);
        using var keys = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TypingSettings.Rate));
        for (var typed = 1; typed <= settings.Keystrokes; typed++)
        {
            await keys.WaitForNextTickAsync(cancellation);
            var begun = time.GetTimestamp();
            await CompleteAsync(http, text[..(TypingSettings.Characters + typed)], cancellation);
            times.Add(time.GetElapsedTime(begun).TotalMilliseconds);
        }

        return times;
    }

    private static Task<JsonElement> CompleteAsync(HttpClient http, string text, CancellationToken cancellation) =>
        PostAsync(http, "complete", new { text }, cancellation);

    /// <exception cref="IOException">The service cannot be reached.</exception>
    /// <exception cref="InvalidDataException">It answers with an error.</exception>
    private static async Task<JsonElement> PostAsync<T>(
        HttpClient http, string path, T body, CancellationToken cancellation)
    {
        try
        {
            using var content = JsonContent.Create(body);
            // A length in place of chunks, as browsers send it.
            await content.LoadIntoBufferAsync(cancellation);
            using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
            return response.IsSuccessStatusCode
                ? answer
                : throw new InvalidDataException($"The service answered {(int)response.StatusCode}: {answer}");
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"{http.BaseAddress} cannot be reached: {e.Message}", e);
        }
    }

    private static void Report(TextWriter output, TypingSettings settings, List<Percentiles> rounds, int late)
    {
        Spread Over(Func<Percentiles, double> figure) => Spread.Of(rounds.Select(figure));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Url}: {settings.Typists} typists, {TypingSettings.Rate} keystrokes/s each, after "
                + $"{TypingSettings.Characters} characters; {settings.Keystrokes} keystrokes each, {settings.Rounds} "
                + $"rounds; median (least–most)."));
        output.WriteLine();
        output.WriteLine("| typists | completed p50, ms | p95 | p99 | later than the next keystroke |");
        output.WriteLine("| --- | --- | --- | --- | --- |");
        output.WriteLine(
            $"| {settings.Typists} | {Over(r => r.P50)} | {Over(r => r.P95)} | {Over(r => r.P99)} | {late} |");
    }
}
