namespace LmApi.Explanation;

/// <summary>The documentation of <c>POST /explain</c> in the OpenAPI document.</summary>
internal static class ExplainDocs
{
    public const string Description = """
        Tells which tokens of a prompt the probability of a continuation depends on: by exact counterfactuals, for which
        the prompt is changed and the target is scored again, so that each value can be checked with `POST /score`, and
        by gradients and a decomposition of the state in fp32.
        """;

    public const string Answer = """
        {
          "model": "tiny",
          "prompt": [ { "id": 32, "text": "T" }, { "id": 46, "text": "h" } ],
          "target": "e",
          "value": -1.3816,
          "attributions": [
            {
              "method": "erasure",
              "question": "How much less probable is the target if this token is left out?",
              "values": [0.3124, 2.0127]
            }
          ]
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["the most probable token"] = """{ "prompt": "To be, or not to be" }""",
        ["a text against another"] =
            """{ "prompt": "To be, or not to be", "target": ",", "against": " ", "methods": ["erasure"] }""",
    };
}
