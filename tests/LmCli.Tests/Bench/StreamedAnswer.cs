using System.Globalization;
using System.Text;

namespace LmCli.Tests.Bench;

/// <summary>What the service sends, made up.</summary>
internal static class StreamedAnswer
{
    public const string Head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    public static string Token(int index, string text) =>
        $"event: token\nid: gen-1:{index + 1}\ndata: "
            + $"{{\"index\":{index},\"id\":6,\"text\":\"{text}\",\"logprob\":-1.7}}\n\n";

    public static string Done(int completion, string text = "") =>
        $"event: done\nid: gen-1:9\ndata: {{\"text\":\"{text}\",\"usage\":{{\"prompt_tokens\":16,"
            + $"\"completion_tokens\":{completion},\"total_tokens\":0}}}}\n\n";

    public const string Start = "event: start\nid: gen-1:1\ndata: {\"id\":\"gen-1\",\"model\":\"m\",\"seed\":7}\n\n";

    public static string Of(int tokens) =>
        Start + string.Concat(Enumerable.Range(0, tokens).Select(i => Token(i, "a"))) + Done(tokens);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <param name="chunks">Each becomes one chunk.</param>
    public static byte[] Chunked(params IEnumerable<string> chunks) => Bytes(
        Head
                + string.Concat(
                    chunks.Select(c =>
                        string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(c):x};x=1\r\n{c}\r\n")
                    ))
                + "0\r\n\r\n");
}
