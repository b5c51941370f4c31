using System.Text;
using CsCheck;

namespace LmApi.Tests.Properties;

/// <summary>Bodies and headers as clients send them: right, nearly right, and not at all.</summary>
internal static class RandomRequests
{
    /// <summary>A prompt that the test model knows.</summary>
    public static readonly Gen<string> Prompts = Gen.Char['a', 'z'].Array[0, 30].Select(c => new string(c));

    /// <summary>Settings of one generation that are all valid, as the members of its body.</summary>
    public static readonly Gen<string> ValidSettings = Subset(
        ("max_tokens", Gen.Int[1, 40].Select(Json)),
        ("temperature", Gen.OneOf("0", "0.5", "1", "2", "1e-3")),
        ("top_k", Gen.Int[0, 50].Select(Json)),
        ("top_p", Gen.OneOf("0.1", "0.95", "1")),
        ("min_p", Gen.OneOf("0", "0.05", "1")),
        ("typical_p", Gen.OneOf("0.2", "1")),
        ("mirostat", Gen.OneOf("0", "2")),
        ("repetition_penalty", Gen.OneOf("0.1", "1", "1.3", "10")),
        ("presence_penalty", Gen.OneOf("-2", "0", "0.5")),
        ("frequency_penalty", Gen.OneOf("0", "1.5")),
        ("logit_bias", Gen.OneOf("{}", "{\"3\":5}", "{\"0\":-100,\"1\":100}")),
        ("neural_cache", Gen.OneOf(
            "null", "{\"size\":20,\"theta\":1,\"lambda\":0.5}", "{\"size\":1,\"theta\":0,\"lambda\":0}")),
        ("guard", Gen.OneOf("null", "{\"verbatim\":5}", "{\"verbatim\":9}")),
        ("stop", Gen.OneOf("\"z\"", "[\"ab\",\"q\"]", "[]")),
        ("logprobs", Gen.Int[0, 20].Select(Json)),
        ("echo", Gen.OneOf("true", "false")),
        ("stream", Gen.OneOf("true", "false", "null")));

    /// <summary>Any JSON in the place of any member, among valid ones.</summary>
    private static readonly Gen<string> Objects = Gen.Select(
        ValidSettings,
        Gen.OneOf<string>(Prompts.Select(p => $"\"{p}\""), RandomInputs.JsonStrings),
        Gen.Select(
            Gen.OneOf<string>(
                Gen.OneOf(
                    "\"prompt\"", "\"max_tokens\"", "\"seed\"", "\"stop\"", "\"logit_bias\"", "\"neural_cache\"",
                    "\"guard\"",
                    "\"temperature\"", "\"echo\"", "\"text\"", "\"tokens\"",
                    "\"max_new_tokens\"", "\"Max-Tokens\"", "\"\""),
                RandomInputs.JsonStrings),
            RandomInputs.Json).Array[0, 3],
        (valid, prompt, others) =>
            $"{{\"prompt\":{prompt}{valid}{string.Concat(others.Select(o => $",{o.Item1}:{o.Item2}"))}}}");

    private static readonly Gen<string> TokenLists = Gen.OneOf<string>(
        Gen.Int[0, 33].Array[0, 20].Select(ids => $"{{\"tokens\":[{string.Join(',', ids)}]}}"),
        RandomInputs.Json.Array[0, 5].Select(ids => $"{{\"tokens\":[{string.Join(',', ids)}]}}"));

    private static readonly Gen<string> Texts = Gen.OneOf<string>(
        Prompts.Select(text => $"{{\"text\":\"{text}\"}}"),
        RandomInputs.JsonStrings.Select(text => $"{{\"text\":{text}}}"),
        Gen.Select(
            Prompts, Gen.Int[0, 11], Gen.Int[0, 9], Gen.OneOf("\"word\"", "\"line\"", "null", "1"),
            (text, count, words, until) =>
                $"{{\"text\":\"{text}\",\"count\":{count},\"words\":{words},\"until\":{until}}}"));

    private static readonly Gen<string> Whole = Gen.Frequency<string>(
        (4, Objects), (1, TokenLists), (1, Texts), (1, RandomInputs.Json));

    /// <summary>A body: JSON, JSON with something changed in it, many names or errors, or any bytes.</summary>
    public static readonly Gen<byte[]> Bodies = Gen.Frequency<byte[]>(
        (6, Whole.Select(Encoding.UTF8.GetBytes)),
        (2, Whole.SelectMany(json => RandomInputs.Edits(Encoding.UTF8.GetBytes(json)))),
        (1, Gen.Select(Gen.Int[0, 3000], Gen.OneOf("1", "null", "\"\"", "{}"), (count, value) => Encoding.UTF8.GetBytes(
            $"{{\"prompt\":\"a\"{string.Concat(Enumerable.Range(0, count).Select(i => $",\"m{i}\":{value}"))}}}"))),
        (1, Gen.Byte.Array[0, 200]));

    public static readonly Gen<string> Paths = Gen.Frequency<string>(
        (6, Gen.Const("/generate")),
        (2, Gen.OneOf("/tokenize", "/detokenize")),
        (2, Gen.Const("/complete")),
        (1, Gen.OneOf(
            "/", "/model", "/model/card", "/health/live", "/health/ready", "/Generate", "/generate/",
            "/x%0a%1b[2J", "/%ff", "/generate?stream=true&x=%0d%0a", "/swagger",
            "/swagger/v1/swagger.json", "/" + new string('a', 3000))));

    public static readonly Gen<string> Methods = Gen.Frequency<string>(
        (12, Gen.Const("POST")),
        (1, Gen.OneOf("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "post", "FROB")));

    /// <summary>Names and values of headers: of those that matter here, what clients send, and anything.</summary>
    public static readonly Gen<(string Name, string Value)[]> Headers = Gen.OneOf<(string, string)>(
        Header(
            "Accept", "*/*", "text/event-stream", "application/json", "text/html",
            "application/*;q=0.5, text/event-stream;q=0.4", "application/json;q=0", ";", "a/b;q=2",
            "text/event-stream;q=0.000, */*;q=1e3", ", ,", "*"),
        Header(
            "Content-Type", "application/json", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"",
            "application/json; charset=utf-16", "application/vnd.a+json", "application/x-www-form-urlencoded",
            "text/plain", "json", ""),
        Header("Content-Encoding", "gzip", "identity", "br", "zstd, gzip"),
        Header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0-0-0", "\t", "ff-ff"),
        Header("Accept-Encoding", "gzip, br", "*;q=0"),
        Header("Expect", "100-continue"),
        Header("If-None-Match", "*", "\"a\""),
        Header("Range", "bytes=0-1"),
        Header("X-Forwarded-For", "1.2.3.4", "a\tb"),
        Header("Origin", "http://example.org"),
        Header("X-Any", new string('v', 4000))).Array[0, 3];

    /// <summary>Some of the members, each with a comma before it.</summary>
    private static Gen<string> Subset(params (string Name, Gen<string> Value)[] members) =>
        members.Select(m => Gen.Select(
                Gen.Int[0, 2], m.Value, (chance, value) => chance == 0 ? $",\"{m.Name}\":{value}" : ""))
            .Aggregate((all, next) => Gen.Select(all, next, (a, b) => a + b));

    private static Gen<(string, string)> Header(string name, params string[] values) => Gen.Frequency<string>(
        (4, Gen.OneOf(values)),
        (1, Gen.Char[' ', '~'].Array[0, 40].Select(c => new string(c)))).Select(value => (name, value));

    private static string Json(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
