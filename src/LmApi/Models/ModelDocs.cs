namespace LmApi.Models;

/// <summary>What the OpenAPI document shows of the endpoints of model and tokenizer.</summary>
internal static class ModelDocs
{
    public const string Training = """
        {
          "points": [
            { "step": 100, "epoch": 0.1486, "loss": 6.7801, "learning_rate": 0.0015 },
            { "step": 200, "epoch": 0.2972, "loss": 5.816, "validation_loss": 5.7403, "learning_rate": 0.003 }
          ]
        }
        """;

    public const string Model = """
        {
          "name": "tiny",
          "architecture": { "cell": "lstm", "layers": 1, "embedding_size": 32, "hidden_size": 96, "tie_weights": false },
          "parameters": 58305,
          "state_bytes": 768,
          "tokenizer": { "kind": "characters", "vocabulary_size": 65, "unknown": "error", "normalization": "none" },
          "weights": {
            "file": "model.safetensors",
            "sha256": "2b1aed4b63a2289c282b2adbb3f422f989a638e3fe0843eb77f777703420c63e",
            "bytes": 233804
          },
          "inference": {
            "engine": "managed",
            "precision": "int8",
            "threads": 2,
            "batch_size": 128,
            "evidence": {
              "text": "input.txt",
              "tokens": 111539,
              "protocol": "cold",
              "window": 256,
              "losses": [
                { "precision": "fp32", "nats_per_token": 2.038199, "bytes_per_token": 196608 },
                { "precision": "bf16", "nats_per_token": 2.038245, "bytes_per_token": 98304 },
                { "precision": "int8", "nats_per_token": 2.03842, "bytes_per_token": 49152 }
              ]
            }
          },
          "units": {
            "text": "input.txt",
            "tokens": 40000,
            "tried": 480,
            "control": 0,
            "found": [
              {
                "feature": "after:,",
                "meaning": "directly after \",\"",
                "layer": 0,
                "unit": 38,
                "sign": 1,
                "auc": 0.986823,
                "share": 0.01705,
                "p_value": 1.8e-12
              }
            ]
          },
          "guard": { "verbatim": 12, "false_positive_rate": 2.54E-05 },
          "defaults": {
            "stop": [],
            "sampling": { "temperature": 0.8, "top_k": 0, "top_p": 1, "min_p": 0, "typical_p": 1, "mirostat": 0,
              "mirostat_tau": 5, "mirostat_eta": 0.1, "repetition_penalty": 1, "presence_penalty": 0,
              "frequency_penalty": 0 }
          },
          "card": "# tiny\n\nA recurrent language model trained by LmService …"
        }
        """;

    public const string Audit = """
        {
          "weights_sha256": "646d6b79e36e5651c82bdb18c66f8a20b0dc40e55e5396e87eae099b9e9f8a28",
          "training_text": "input.txt",
          "training_text_sha256": "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
          "held_out": "The last 10 % of its characters were held out for validation and never trained on.",
          "quick": false,
          "version": "0.9.0",
          "sections": [
            {
              "name": "robustness",
              "title": "Robustness",
              "protocol": "Prompts of 200 characters of held-out text are corrupted in five strengths …",
              "figures": [
                {
                  "name": "case",
                  "meaning": "How much more the original text that follows costs if words of the prompt are in …",
                  "unit": "bits/byte",
                  "value": 0.014,
                  "low": 0.002,
                  "high": 0.028,
                  "good": "below 0.05: the model reads on as if nothing had happened",
                  "bad": "0.25 or more: the model continues worse",
                  "verdict": "good"
                }
              ],
              "curves": [],
              "notes": []
            }
          ]
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
