namespace LmApi.OpenAi.Completions;

/// <summary>The documentation of <c>POST /v1/completions</c> in the OpenAPI document.</summary>
internal static class OpenAiCompletionDocs
{
    public const string Description = """
        Continues texts in the format of OpenAI's completions, so that clients of it work unchanged. With `echo`,
        `logprobs` and `max_tokens` 0 or 1 it scores texts as evaluation harnesses do; the log probabilities of the
        prompt are then exact. A stream is a chunk a token and ends with `[DONE]`; an error in it is a chunk with
        `error`.
        """;

    public const string Stream = """
        data: {"id":"cmpl-18d43db657c6878f","object":"text_completion","created":1700000000,"model":"tiny","system_fingerprint":"fp_2b1aed4b63","choices":[{"text":"\n","index":0,"logprobs":null,"finish_reason":null}]}

        data: {"id":"cmpl-18d43db657c6878f","object":"text_completion","created":1700000000,"model":"tiny","system_fingerprint":"fp_2b1aed4b63","choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}]}

        data: [DONE]


        """;

    public const string Answer = """
        {
          "id": "cmpl-18d43db657c6878f",
          "object": "text_completion",
          "created": 1700000000,
          "model": "tiny",
          "system_fingerprint": "fp_2b1aed4b63",
          "choices": [{ "text": "\nT", "index": 0, "logprobs": null, "finish_reason": "length" }],
          "usage": {
            "prompt_tokens": 6, "completion_tokens": 2, "total_tokens": 8,
            "prompt_tokens_details": { "cached_tokens": 0 }
          }
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["a text"] = """{ "prompt": "To be, or not to be", "max_tokens": 64, "seed": 42 }""",
        ["a stream with usage"] = """
            { "prompt": "ROMEO:", "max_tokens": 16, "stream": true, "stream_options": { "include_usage": true } }
            """,
        ["score token ids"] = """
            { "prompt": [[32, 46, 43]], "max_tokens": 1, "temperature": 0, "logprobs": 1, "echo": true }
            """,
    };
}
