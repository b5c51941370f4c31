using System.Globalization;
using System.Text;

namespace LmCli.Bench.Load;

/// <summary>The bytes of a request.</summary>
internal static class LoadRequest
{
    /// <summary>Environment variable: an API key of the service. Not an option, which other users could see.</summary>
    private const string KeyVariable = "LM_API_KEY";

    // What every tokenizer of a Latin text knows.
    private const string Characters = "abcdefghijklmnopqrstuvwxyz      ";

    /// <param name="url">Of the service.</param>
    /// <param name="promptCharacters">Length of the prompt, which is drawn by <paramref name="seed"/>.</param>
    /// <param name="tokens">To generate.</param>
    /// <param name="seed">Also the seed of the text.</param>
    /// <param name="completions">Whether to ask for a completion in OpenAI's format.</param>
    public static byte[] Create(Uri url, int promptCharacters, int tokens, int seed, bool completions)
    {
        var prompt = new string(new Random(seed).GetItems<char>(Characters, promptCharacters));
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"prompt":"{{prompt}}","max_tokens":{{tokens}},"seed":{{seed}},"stream":true""")
            + (completions ? ""","stream_options":{"include_usage":true}}""" : "}");
        var path = completions ? "v1/completions" : "generate";
        return Encoding.ASCII.GetBytes(
            $"POST {url.AbsolutePath.TrimEnd('/')}/{path} HTTP/1.1\r\n"
            + $"Host: {url.Authority}\r\n"
            + "Content-Type: application/json\r\n"
            + "Accept: text/event-stream\r\n"
            + Key()
            + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n")
            + body);
    }

    private static string Key() => Environment.GetEnvironmentVariable(KeyVariable) switch
    {
        null or "" => "",
        { } key when key.All(c => c is > ' ' and <= '~') => $"x-api-key: {key}\r\n",
        _ => throw new ArgumentException($"{KeyVariable} is not an API key, which has printable ASCII only."),
    };
}
