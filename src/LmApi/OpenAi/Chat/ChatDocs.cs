namespace LmApi.OpenAi.Chat;

/// <summary>The documentation of <c>POST /v1/chat/completions</c> in the OpenAPI document.</summary>
internal static class ChatDocs
{
    public const string Description = """
        Continues a chat in the format of OpenAI's chat completions. The model is not an assistant and knows no roles:
        the messages are the paragraphs of a text, and the answer continues the last one. An earlier answer continues
        the message before it, exactly as it was generated.
        """;

    public const string Stream = """
        data: {"id":"chatcmpl-18d43db657c6878f","object":"chat.completion.chunk","created":1700000000,"model":"tiny","system_fingerprint":"fp_2b1aed4b63","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-18d43db657c6878f","object":"chat.completion.chunk","created":1700000000,"model":"tiny","system_fingerprint":"fp_2b1aed4b63","choices":[{"index":0,"delta":{"content":"\n"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-18d43db657c6878f","object":"chat.completion.chunk","created":1700000000,"model":"tiny","system_fingerprint":"fp_2b1aed4b63","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}]}

        data: [DONE]


        """;

    public const string Answer = """
        {
          "id": "chatcmpl-18d43db657c6878f",
          "object": "chat.completion",
          "created": 1700000000,
          "model": "tiny",
          "system_fingerprint": "fp_2b1aed4b63",
          "choices": [
            {
              "index": 0,
              "message": { "role": "assistant", "content": "\nT", "refusal": null },
              "logprobs": null,
              "finish_reason": "length"
            }
          ],
          "usage": {
            "prompt_tokens": 6, "completion_tokens": 2, "total_tokens": 8,
            "prompt_tokens_details": { "cached_tokens": 0 }
          }
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["a message"] = """{ "messages": [{ "role": "user", "content": "ROMEO:" }], "max_tokens": 64, "seed": 42 }""",
        ["a later turn, streamed"] = """
            {
              "messages": [
                { "role": "user", "content": "ROMEO:" },
                { "role": "assistant", "content": "\nThe" },
                { "role": "user", "content": "JULIET:" }
              ],
              "max_completion_tokens": 16,
              "stream": true
            }
            """,
    };
}
