using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using LmApi.Tests.Support;

namespace LmApi.Tests.Properties;

/// <summary>
/// Whatever JSON is sent to the endpoints of other services' clients, the answer is neither an error of the service nor
/// in another shape than those clients expect.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class DialectProperties
{
    private static readonly Gen<(string Path, string Body)> Requests = Gen.OneOf(
        Of("/v1/completions", "prompt", "n", "best_of", "logprobs", "echo", "suffix", "stream_options", "user"),
        Of("/v1/chat/completions", "messages", "messages", "n", "logprobs", "top_logprobs", "tools", "response_format"),
        Of("/v1/responses", "input", "input", "instructions", "max_output_tokens", "text", "reasoning"),
        Of("/v1/embeddings", "input"),
        Of("/api/generate", "prompt", "prompt", "system", "raw", "options", "format", "images", "context"),
        Of("/api/chat", "messages", "messages", "options", "tools", "format", "think"),
        Of("/api/show", "name", "verbose"),
        Of("/generate_stream", "inputs", "inputs", "parameters"),
        Of("/", "inputs", "inputs", "parameters"),
        Of("/tokenize", "text", "content", "prompt", "inputs", "with_pieces"));

    private static Gen<string> Messages => Gen.Select(
            Gen.OneOf("\"user\"", "\"system\"", "\"assistant\"", "\"tool\"", "1"),
            Gen.OneOf<string>(
                RandomInputs.Json,
                RandomInputs.JsonStrings.Select(text => $"[{{\"type\":\"text\",\"text\":{text}}}]"),
                RandomRequests.Prompts.Select(text => $"\"{text}\"")),
            (role, content) => $"{{\"role\":{role},\"content\":{content}}}")
        .Array[0, 3].Select(messages => $"[{string.Join(',', messages)}]");

    private static Gen<string> Options => Gen.Select(
            Gen.OneOf(
                "temperature", "num_predict", "max_new_tokens", "stop", "seed", "repeat_penalty", "best_of", "details",
                "truncate", "decoder_input_details", "do_sample", "num_ctx"),
            Gen.OneOf<string>(RandomInputs.Json, Gen.OneOf("true", "1", "2", "-1", "null", "\"a\"")),
            (name, value) => $"\"{name}\":{value}")
        .Array[0, 4].Select(members => $"{{{string.Join(',', members)}}}");

    [Fact]
    public async Task Any_json_gets_an_answer_or_an_error_in_the_clients_own_shape()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCacheMiB"] = "1" });
        using var client = service.CreateClient();
        await Property.HoldsAsync(Requests, 1500, async request =>
        {
            using var content = new StringContent(request.Body, Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri(request.Path, UriKind.Relative), content);
            var body = await response.Content.ReadAsStringAsync();
            Assert.InRange((int)response.StatusCode, 200, 499);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                AssertError(request.Path, JsonDocument.Parse(body).RootElement);
            }

            service.Logs.Clear();
        });
        Assert.Equal((0, 0), (service.Host.Model.Engine.Active, service.Host.Model.Engine.Waiting));
    }

    private static void AssertError(string path, JsonElement body)
    {
        if (path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            Assert.NotEmpty(body.GetProperty("error").Text("message"));
            Assert.NotEmpty(body.GetProperty("error").Text("type"));
        }
        else
        {
            Assert.NotEmpty(body.Text(path == "/tokenize" ? "code" : "error"));
        }
    }

    /// <summary>Members with values that are right, nearly right, and not at all.</summary>
    private static Gen<(string, string)> Of(string path, params string[] members)
    {
        string[] shared = ["model", "max_tokens", "temperature", "top_p", "stop", "seed", "stream", "logit_bias"];
        var value = Gen.Frequency<string>(
            (3, RandomInputs.Json),
            (1, RandomRequests.Prompts.Select(text => $"\"{text}\"")),
            (1, RandomRequests.Prompts.Array[0, 3].Select(texts => JsonSerializer.Serialize(texts))),
            (1, Gen.Int[0, 40].Array[0, 5].Select(ids => JsonSerializer.Serialize(ids))),
            (1, Gen.Int[0, 40].Array[0, 5].Array[0, 3].Select(ids => JsonSerializer.Serialize(ids))),
            (2, Messages),
            (2, Options),
            (3, Gen.OneOf("true", "false", "null", "{}", "[]", "0", "1", "2", "\"a\"")));
        return Gen.Select(Gen.OneOf([.. shared, .. members]), value, (name, json) => $"\"{name}\":{json}").Array[0, 5]
            .Select(pairs => (path, $"{{{string.Join(',', pairs)}}}"));
    }
}
