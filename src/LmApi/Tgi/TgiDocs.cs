namespace LmApi.Tgi;

/// <summary>The documentation of Hugging Face's endpoints in the OpenAPI document.</summary>
internal static class TgiDocs
{
    public const string Description = """
        Continues a text in the format of Text Generation Inference, one frame a token; the last frame has the text and
        the reason for its end. `POST /generate` takes the same body, and answers it with a single JSON document.
        """;

    public const string Stream = """
        data: {"index":1,"token":{"id":0,"text":"\n","logprob":-0.07331938,"special":false},"generated_text":null,"details":null}

        data: {"index":2,"token":{"id":32,"text":"T","logprob":-2.094772,"special":false},"generated_text":"\nT","details":{"finish_reason":"length","generated_tokens":2,"seed":42,"input_length":6}}


        """;

    public const string Info = """
        {
          "model_id": "tiny",
          "model_sha": "2b1aed4b63a2289c282b2adbb3f422f989a638e3fe0843eb77f777703420c63e",
          "model_dtype": "int8",
          "model_device_type": "cpu",
          "model_pipeline_tag": "text-generation",
          "max_concurrent_requests": 384,
          "max_best_of": 64,
          "max_stop_sequences": 4,
          "max_input_tokens": 16384,
          "max_total_tokens": 20480,
          "validation_workers": 2,
          "max_client_batch_size": 1,
          "router": "lmservice",
          "version": "1.0.0"
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["a stream"] =
            """{ "inputs": "ROMEO:", "parameters": { "max_new_tokens": 64, "seed": 42, "stop": ["\n\n"] } }""",
    };
}
