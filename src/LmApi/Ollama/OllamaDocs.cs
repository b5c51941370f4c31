namespace LmApi.Ollama;

/// <summary>The documentation of Ollama's endpoints in the OpenAPI document.</summary>
internal static class OllamaDocs
{
    public const string Description = """
        Continues a text or a chat in the format of Ollama, as lines of JSON unless `stream` is false. The last line has
        `done` true, and says why the text ended and what it took. An error in a stream is a line with `error`.
        """;

    public const string Lines = """
        {"model":"tiny","created_at":"2025-01-01T00:00:00+00:00","response":"\n","done":false}
        {"model":"tiny","created_at":"2025-01-01T00:00:00+00:00","response":"","done":true,"done_reason":"length","total_duration":3184000,"load_duration":0,"prompt_eval_count":6,"prompt_eval_duration":1977000,"eval_count":1,"eval_duration":544000}

        """;

    public const string Answer = """
        {
          "model": "tiny",
          "created_at": "2025-01-01T00:00:00+00:00",
          "response": "\nT",
          "done": true,
          "done_reason": "length",
          "total_duration": 3184000,
          "load_duration": 0,
          "prompt_eval_count": 6,
          "prompt_eval_duration": 1977000,
          "eval_count": 2,
          "eval_duration": 544000
        }
        """;

    private const string Details = """
        {
          "parent_model": "", "format": "safetensors", "family": "lstm", "families": ["lstm"],
          "parameter_size": "58.3K", "quantization_level": "int8"
        }
        """;

    public const string Tags = $$"""
        {
          "models": [
            {
              "name": "tiny:latest", "model": "tiny:latest", "modified_at": "2025-01-01T00:00:00+00:00", "size": 233804,
              "digest": "2b1aed4b63a2289c282b2adbb3f422f989a638e3fe0843eb77f777703420c63e", "details": {{Details}}
            }
          ]
        }
        """;

    public const string Card = $$$"""
        {
          "modelfile": "", "parameters": "temperature 0.8\ntop_k 0", "template": "{{ .Prompt }}",
          "details": {{{Details}}}, "model_info": { "general.architecture": "lstm", "general.parameter_count": 58305 },
          "capabilities": ["completion"], "modified_at": "2025-01-01T00:00:00+00:00"
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> GenerateRequests = new Dictionary<string, string>
    {
        ["lines"] = """{ "prompt": "To be, or not to be", "options": { "num_predict": 64, "seed": 42 } }""",
        ["a single answer"] = """{ "prompt": "ROMEO:", "stream": false, "options": { "num_predict": 16 } }""",
    };

    public static readonly IReadOnlyDictionary<string, string> ChatRequests = new Dictionary<string, string>
    {
        ["lines"] = """
            { "messages": [{ "role": "user", "content": "ROMEO:" }], "options": { "num_predict": 64, "stop": ["\n\n"] } }
            """,
    };

    public static readonly IReadOnlyDictionary<string, string> ShowRequests = new Dictionary<string, string>
    {
        ["the model"] = """{ "model": "" }""",
    };
}
