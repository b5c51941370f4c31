namespace LmApi.OpenAi.Responses;

/// <summary>The documentation of <c>POST /v1/responses</c> in the OpenAPI document.</summary>
internal static class ResponseDocs
{
    public const string Description = """
        Continues a text or a chat in the format of OpenAI's responses, as `POST /v1/chat/completions` does. The model
        has no token for the end of a text, so a response is `completed` only where a `stop` string ended it, and else
        `incomplete` with the reason `max_output_tokens`. Nothing is kept.
        """;

    public const string Stream = """
        event: response.created
        data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_18d43db657c6878f","object":"response","status":"in_progress"}}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","sequence_number":4,"output_index":0,"content_index":0,"item_id":"msg_18d43db657c6878f","delta":"\n","logprobs":[]}

        event: response.incomplete
        data: {"type":"response.incomplete","sequence_number":8,"response":{"id":"resp_18d43db657c6878f","object":"response","status":"incomplete"}}


        """;

    public const string Answer = """
        {
          "id": "resp_18d43db657c6878f",
          "object": "response",
          "created_at": 1700000000,
          "status": "incomplete",
          "incomplete_details": { "reason": "max_output_tokens" },
          "error": null,
          "instructions": null,
          "max_output_tokens": 2,
          "model": "tiny",
          "output": [
            {
              "id": "msg_18d43db657c6878f",
              "type": "message",
              "role": "assistant",
              "status": "incomplete",
              "content": [{ "type": "output_text", "text": "\nT", "annotations": [], "logprobs": [] }]
            }
          ],
          "temperature": 0.8,
          "top_p": 1,
          "parallel_tool_calls": false,
          "tool_choice": "none",
          "tools": [],
          "store": false,
          "metadata": {},
          "usage": {
            "input_tokens": 6,
            "input_tokens_details": { "cached_tokens": 0 },
            "output_tokens": 2,
            "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": 8
          }
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["a text"] = """{ "input": "ROMEO:", "max_output_tokens": 64, "seed": 42 }""",
        ["a chat, streamed"] = """
            {
              "instructions": "A play in five acts.",
              "input": [{ "role": "user", "content": [{ "type": "input_text", "text": "ROMEO:" }] }],
              "max_output_tokens": 16,
              "stream": true
            }
            """,
    };
}
