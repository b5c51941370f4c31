using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LmCli.Terminal;
using LmModel.Scoring;

namespace LmCli.Score;

/// <summary>Prints scored lines for people or for programs, and posts unusual ones.</summary>
/// <param name="by">What of a line counts.</param>
/// <param name="threshold">Lines with more bits are unusual; null prints all lines.</param>
/// <param name="all">Whether to print the others too.</param>
/// <param name="json">Whether to print JSON.</param>
/// <param name="webhook">Where unusual lines are posted; null for nowhere.</param>
internal sealed class ScoreOutput(Surprise by, double? threshold, bool all, bool json, Uri? webhook) : IDisposable
{
    private const string Red = "\x1b[31m";
    private const string Plain = "\x1b[0m";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan PostPatience = TimeSpan.FromSeconds(10);

    private readonly bool _colour = !json && !Console.IsOutputRedirected;
    private readonly HttpClient? _client = webhook is null ? null : new HttpClient { Timeout = PostPatience };
    private long _lines;

    public long UnusualLines { get; private set; }

    public string Summary => string.Create(
        CultureInfo.InvariantCulture, $"{UnusualLines:N0} of {_lines:N0} lines are unusual.");

    public static string Threshold(double bits, Surprise by) => string.Create(
        CultureInfo.InvariantCulture, $"Lines above {bits:F3} bits ({by.ToString().ToLowerInvariant()}) are unusual.");

    public static string Text(TextScore score) => string.Create(
        CultureInfo.InvariantCulture,
        $"{score.NatsPerToken:F4} nats/token  perplexity {score.Perplexity:F3}  {score.BitsPerCharacter:F4} "
        + $"bits/character  {score.BitsPerByte:F4} bits/byte  ({score.ScoredTokens:N0} tokens)");

    public static string Json(TextScore score) => Write(writer =>
    {
        writer.WriteNumber("nats", score.Nats);
        writer.WriteNumber("tokens", score.ScoredTokens);
        WriteFinite(writer, "nats_per_token", score.NatsPerToken);
        WriteFinite(writer, "perplexity", score.Perplexity);
        WriteFinite(writer, "bits_per_character", score.BitsPerCharacter);
        WriteFinite(writer, "bits_per_byte", score.BitsPerByte);
    });

    public async Task WriteAsync(ScoredLine line, CancellationToken cancellation)
    {
        _lines++;
        var unusual = line.Bits(by) > threshold;
        UnusualLines += unusual ? 1 : 0;
        if (threshold is null || unusual || all)
        {
            Console.WriteLine(json ? Json(line, unusual) : Text(line, unusual));
        }

        if (unusual && _client is not null)
        {
            await PostAsync(Json(line, unusual), cancellation);
        }
    }

    public void Dispose() => _client?.Dispose();

    private string Text(ScoredLine line, bool unusual)
    {
        var bits = line.Score is null ? "unknown" : line.Bits(by).ToString("F3", CultureInfo.InvariantCulture);
        var text = $"{bits,8}  {Printable.Text(line.Text)}";
        return unusual && _colour ? $"{Red}{text}{Plain}" : text;
    }

    private string Json(ScoredLine line, bool unusual) => Write(writer =>
    {
        writer.WriteNumber("line", line.Number);
        writer.WriteString("text", line.Text);
        if (line.Score is { } score)
        {
            writer.WriteNumber("nats", score.Nats);
            writer.WriteNumber("tokens", score.Tokens);
            writer.WriteNumber("mean_bits", line.Bits(Surprise.Mean));
            writer.WriteNumber("peak_bits", line.Bits(Surprise.Peak));
            writer.WriteNumber("burst_bits", line.Bits(Surprise.Burst));
        }
        else
        {
            writer.WriteBoolean("unknown_characters", true);
        }

        if (threshold is { } bound)
        {
            WriteFinite(writer, "threshold", bound);
            writer.WriteBoolean("unusual", unusual);
        }
    });

    /// <summary>A watcher goes on watching when nobody takes its reports.</summary>
    private async Task PostAsync(string body, CancellationToken cancellation)
    {
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using var response = await _client!.PostAsync(webhook, content, cancellation);
            response.EnsureSuccessStatusCode();
        }
        catch (Exception e) when (
            e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            await Console.Error.WriteLineAsync($"warning: {webhook} did not take a line: {e.Message}");
        }
    }

    private static void WriteFinite(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
