namespace LmApi.Generation;

/// <summary>The documentation of <c>POST /generate</c> in the OpenAPI document.</summary>
internal static class GenerationDocs
{
    public const string Description = """
        Continues `prompt` and streams the text as server-sent events: a `start` event, a `token` event for every token,
        then exactly one `done` event or, where the text cannot be finished, one `error` event.

        * `start`: `id`, `model` and the `seed` used, sent as soon as the request is admitted.
        * `token`: one `TokenResponse`. The texts of all tokens together are the text of `done`, always.
        * `done`: the `GenerationResponse`: finish reason, stop string that matched, whole text, usage, how often the
          guard acted, seed used, timings.
        * `error`: `code`, `message` and `trace_id`; the text so far is all there is.

        Every event has an id, `<generation>:<n>`, with n from 1. While nothing is generated, comments keep the connection
        alive. With `"stream": false`, or with `Accept: application/json`, the same events are folded into a single JSON answer.

        The same seed, prompt and settings give the same text, whatever else is running. Closing the connection stops the work.
        """;

    public const string Stream = """
        event: start
        id: gen-18d43db657c6878f:1
        data: {"id":"gen-18d43db657c6878f","model":"tiny","seed":42}

        event: token
        id: gen-18d43db657c6878f:2
        data: {"index":0,"id":0,"text":"\n","logprob":-0.07331938}

        event: token
        id: gen-18d43db657c6878f:3
        data: {"index":1,"id":32,"text":"T","logprob":-2.094772}

        event: done
        id: gen-18d43db657c6878f:4
        data: {"id":"gen-18d43db657c6878f","model":"tiny","finish_reason":"length","text":"\nT","usage":{"prompt_tokens":6,"cached_tokens":6,"completion_tokens":2,"total_tokens":8},"seed":42,"timings":{"queued_ms":0.877,"first_token_ms":2.894,"total_ms":2.943,"tokens_per_second":967.9}}


        """;

    public const string Answer = """
        {
          "id": "gen-18d43db657c6878f",
          "model": "tiny",
          "finish_reason": "length",
          "text": "\nT",
          "usage": { "prompt_tokens": 6, "cached_tokens": 6, "completion_tokens": 2, "total_tokens": 8 },
          "seed": 42,
          "timings": { "queued_ms": 0.877, "first_token_ms": 2.894, "total_ms": 2.943, "tokens_per_second": 967.9 }
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["stream"] =
            """{ "prompt": "To be, or not to be", "max_tokens": 64, "temperature": 0.8, "top_p": 0.95, "seed": 42 }""",
        ["a single JSON answer"] =
            """{ "prompt": "ROMEO:", "max_tokens": 64, "stop": ["\n\n"], "seed": 42, "stream": false }""",
        ["greedy, with alternatives"] = """{ "prompt": "ROMEO:", "max_tokens": 8, "temperature": 0, "logprobs": 3 }""",
        ["score the prompt, generate nothing"] =
            """{ "prompt": "To be, or not to be", "max_tokens": 0, "echo": true, "logprobs": 1, "stream": false }""",
        ["with a neural cache"] =
            """
            { "prompt": "ROMEO:", "max_tokens": 64, "seed": 42, "neural_cache": { "size": 500, "theta": 0.3, "lambda": 0.1 } }
            """,
        ["without runs of 12 tokens of the training text"] =
            """{ "prompt": "Once upon a time", "max_tokens": 64, "temperature": 0.3, "guard": { "verbatim": 12 } }""",
    };
}
