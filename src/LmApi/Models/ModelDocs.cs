namespace LmApi.Models;

/// <summary>What the OpenAPI document shows of the endpoints of model and tokenizer.</summary>
internal static class ModelDocs
{
    public const string Model = """
        {
          "name": "shakespeare",
          "architecture": { "cell": "lstm", "layers": 2, "embedding_size": 64, "hidden_size": 256, "tie_weights": false },
          "parameters": 876993,
          "state_bytes": 4096,
          "tokenizer": { "kind": "characters", "vocabulary_size": 65 },
          "weights": {
            "file": "model.safetensors",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "bytes": 3508980
          },
          "card": "# shakespeare\n\nA character model of …"
        }
        """;

    public const string Tokenized = """
        { "tokens": [ { "id": 20, "text": "H" }, { "id": 47, "text": "i" } ], "count": 2 }
        """;

    public const string Detokenized = """{ "text": "Hi" }""";

    public static readonly IReadOnlyDictionary<string, string> TokenizeRequest = new Dictionary<string, string>
    {
        ["a word"] = """{ "text": "Hi" }""",
    };

    public static readonly IReadOnlyDictionary<string, string> DetokenizeRequest = new Dictionary<string, string>
    {
        ["two tokens"] = """{ "tokens": [20, 47] }""",
    };
}
