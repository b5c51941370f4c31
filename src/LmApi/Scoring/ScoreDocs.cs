namespace LmApi.Scoring;

/// <summary>The documentation of <c>POST /score</c> in the OpenAPI document.</summary>
internal static class ScoreDocs
{
    public const string Description = """
        Reports how probable the model finds texts: the log probability of each token, and the sum and the means in
        nats and bits, which are those of `lm evaluate` to the bit. With `choices`, continuations of one context are
        ranked.

        With `Content-Type: application/x-ndjson` the body is a stream of any length: each line is a JSON string, the
        text, or an object of `text` and `given`. Each is answered by a line with its number and its `score` or
        `error`, in order and as soon as it is known; the answer can be read while the body is still being sent.
        """;

    public const string Answer = """
        {
          "model": "tiny",
          "scores": [
            {
              "nats": 0.8834,
              "scored_tokens": 2,
              "nats_per_token": 0.4417,
              "perplexity": 1.5553,
              "bits_per_character": 0.6372,
              "bits_per_byte": 0.6372,
              "tokens": [
                { "id": 15, "text": "T", "logprob": null },
                { "id": 46, "text": "h", "logprob": -0.4712 },
                { "id": 43, "text": "e", "logprob": -0.4122 }
              ]
            }
          ]
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["one text"] = """{ "text": "To be, or not to be" }""",
        ["several texts, without their tokens"] =
            """{ "text": ["To be", "or not to be"], "given": "\n", "logprobs": false }""",
        ["a text by its lines"] = """{ "text": "ROMEO:\nWhat lady's that?\n", "lines": true, "logprobs": false }""",
        ["token ids"] = """{ "tokens": [32, 53, 1, 40, 43] }""",
        ["choices"] =
            """{ "given": "To be, or not to ", "choices": ["be", "see", "xqz"], "logprobs": false }""",
    };
}
