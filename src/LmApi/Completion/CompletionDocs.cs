namespace LmApi.Completion;

/// <summary>The documentation of <c>POST /complete</c> in the OpenAPI document.</summary>
internal static class CompletionDocs
{
    public const string Description = """
        Finds the most probable ways to continue a text that is being typed, up to the end of a word or line. A word that
        has begun is continued, also where the tokenizer would have cut it differently. Send the text again after every
        keystroke: the state of what has not changed is kept, and a request that the client abandons frees its place at
        once. The same request gives the same completions.
        """;

    public const string Answer = """
        {
          "model": "tiny",
          "completions": [
            { "insert": "e", "text": "be", "probability": 0.1447, "log_probability": -1.933 },
            { "insert": "ut", "text": "but", "probability": 0.0386, "log_probability": -3.254 }
          ],
          "usage": { "prompt_tokens": 18, "cached_tokens": 17, "completion_tokens": 12, "total_tokens": 30 }
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["a word that has begun"] = """{ "text": "To be, or not to b", "count": 2 }""",
        ["the next three words"] = """{ "text": "To be, or ", "count": 1, "words": 3 }""",
        ["the rest of the line"] = """{ "text": "To be, or ", "count": 1, "until": "line" }""",
    };
}
