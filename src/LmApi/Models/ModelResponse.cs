using System.ComponentModel.DataAnnotations;

namespace LmApi.Models;

/// <summary>The model that is being served.</summary>
internal sealed record ModelResponse
{
    /// <summary>Name of the model: its folder's.</summary>
    public required string Name { get; init; }

    /// <summary>The network.</summary>
    public required ArchitectureResponse Architecture { get; init; }

    /// <summary>Number of trained numbers.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of the state of one text, whatever its length.</summary>
    public required int StateBytes { get; init; }

    /// <summary>How text becomes tokens.</summary>
    public required TokenizerResponse Tokenizer { get; init; }

    /// <summary>The file of weights.</summary>
    public required WeightsResponse Weights { get; init; }

    /// <summary>The engine that computes its tokens.</summary>
    public required InferenceResponse Inference { get; init; }

    /// <summary>Units that follow something nameable; absent if `lm units` has not searched the model.</summary>
    public UnitsResponse? Units { get; init; }

    /// <summary>Which copies of the training text a request can have refused; absent if none.</summary>
    public ModelGuardResponse? Guard { get; init; }

    /// <summary>Whether `GET /model/audit` has a report, which `lm audit` makes.</summary>
    public required bool Audited { get; init; }

    /// <summary>What requests get that leave something out, as the model's `generation_config.json` says.</summary>
    public required DefaultsResponse Defaults { get; init; }

    /// <summary>The model's `chat_template.txt`; absent if it has none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The model card in Markdown: the training data, the figures and the known limits.</summary>
    public string? Card { get; init; }
}

/// <summary>The network: embedding, recurrent layers, linear.</summary>
internal sealed record ArchitectureResponse
{
    /// <summary>The recurrent cell: `rnn_tanh`, `rnn_relu`, `gru` or `lstm`.</summary>
    public required string Cell { get; init; }

    /// <summary>Number of recurrent layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Length of a token's vector.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>Units of each recurrent layer.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Whether the embedding is also the output matrix.</summary>
    public required bool TieWeights { get; init; }
}

/// <summary>How text becomes tokens.</summary>
internal sealed record TokenizerResponse
{
    /// <summary>`characters`, `bytes`, `bpe` or `words`.</summary>
    public required string Kind { get; init; }

    /// <summary>Number of tokens; ids are from 0 to one less.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>
    /// How characters outside of the vocabulary are handled: `error`, `replace` or `drop`. Absent if the tokenizer can
    /// encode every text.
    /// </summary>
    [AllowedValues("error", "replace", "drop")]
    public string? Unknown { get; init; }

    /// <summary>The character that unknown ones are read as; present with `replace`.</summary>
    public string? Replacement { get; init; }

    /// <summary>
    /// The Unicode normalization form that a text is converted to before it is tokenized: `none`, `nfc` or `nfkc`.
    /// </summary>
    [AllowedValues("none", "nfc", "nfkc")]
    public required string Normalization { get; init; }
}

/// <summary>The file of weights.</summary>
internal sealed record WeightsResponse
{
    /// <summary>Name of the file.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }
}

/// <summary>The engine that computes the tokens. A seed gives the same text if engine and precision are the
/// same.</summary>
internal sealed record InferenceResponse
{
    /// <summary>`managed` or `torch`.</summary>
    [AllowedValues("managed", "torch")]
    public required string Engine { get; init; }

    /// <summary>How the weights are stored: `fp32`, `bf16` or `int8`.</summary>
    [AllowedValues("fp32", "bf16", "int8")]
    public required string Precision { get; init; }

    /// <summary>Number of threads that compute a step.</summary>
    public required int Threads { get; init; }

    /// <summary>Generations stepped together.</summary>
    public required int BatchSize { get; init; }

    /// <summary>What the model loses in each precision; absent where it was not measured.</summary>
    public PrecisionEvidenceResponse? Evidence { get; init; }
}

/// <summary>The model's own defaults of requests for a text.</summary>
internal sealed record DefaultsResponse
{
    /// <summary>The most tokens of a text; absent if the model leaves it to the service.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts that end a text.</summary>
    public required IReadOnlyList<string> Stop { get; init; }

    /// <summary>Every sampling parameter of `POST /generate` by its name.</summary>
    public required IReadOnlyDictionary<string, double> Sampling { get; init; }
}

/// <summary>The model's filter of runs of its training text.</summary>
internal sealed record ModelGuardResponse
{
    /// <summary>The least `guard.verbatim` of a request.</summary>
    public required int Verbatim { get; init; }

    /// <summary>
    /// The probability that a run of so many tokens is refused although the training text has no part of it.
    /// </summary>
    public required double FalsePositiveRate { get; init; }

    /// <summary>The `guard.verbatim` of requests without one, and the greatest of all; absent if there is none.</summary>
    public int? Always { get; init; }
}

/// <summary>The loss of the model in each precision, on a text it was not trained on.</summary>
internal sealed record PrecisionEvidenceResponse
{
    /// <summary>Name of the file or folder with the text.</summary>
    public required string Text { get; init; }

    /// <summary>Number of predicted tokens.</summary>
    public required long Tokens { get; init; }

    /// <summary>`cold`: windows that begin from the zero state; `contiguous`: the text once, in order.</summary>
    [AllowedValues("cold", "contiguous")]
    public required string Protocol { get; init; }

    /// <summary>Predictions of a cold window; 0 for `contiguous`.</summary>
    public required int Window { get; init; }

    /// <summary>One for each precision.</summary>
    public required IReadOnlyList<PrecisionLossResponse> Losses { get; init; }
}

/// <summary>The cost of a precision.</summary>
internal sealed record PrecisionLossResponse
{
    /// <summary>`fp32`, `bf16` or `int8`.</summary>
    [AllowedValues("fp32", "bf16", "int8")]
    public required string Precision { get; init; }

    /// <summary>Mean loss of a token in nats; lower is better.</summary>
    public required double NatsPerToken { get; init; }

    /// <summary>Bytes of weights that are read for a token of one text.</summary>
    public required long BytesPerToken { get; init; }
}

/// <summary>What a search for units that follow something nameable found.</summary>
internal sealed record UnitsResponse
{
    /// <summary>Name of the file or folder with the text.</summary>
    public required string Text { get; init; }

    /// <summary>Tokens that were compared, half of them to choose the units and half to judge them.</summary>
    public required int Tokens { get; init; }

    /// <summary>Pairs of a unit and a feature, for which the p-values are corrected.</summary>
    public required long Tried { get; init; }

    /// <summary>Units found for the same labels at other tokens, where there is nothing to find.</summary>
    public required int Control { get; init; }

    /// <summary>At most one for a feature.</summary>
    public required IReadOnlyList<FoundUnitResponse> Found { get; init; }
}

/// <summary>A unit that follows something nameable.</summary>
internal sealed record FoundUnitResponse
{
    /// <summary>The name of what it follows; `POST /states` accepts it in place of a unit.</summary>
    public required string Feature { get; init; }

    /// <summary>The tokens that are told apart from all others.</summary>
    public required string Meaning { get; init; }

    /// <summary>The recurrent layer, from 0.</summary>
    public required int Layer { get; init; }

    /// <summary>The unit of the layer, from 0.</summary>
    public required int Unit { get; init; }

    /// <summary>1 if its activation is larger at these tokens, -1 if it is smaller.</summary>
    public required int Sign { get; init; }

    /// <summary>
    /// The probability, on the judging half, that it tells a token of each kind apart; 0.5 is chance.
    /// </summary>
    public required double Auc { get; init; }

    /// <summary>The share of these tokens.</summary>
    public required double Share { get; init; }

    /// <summary>A bound of the probability of this by chance, corrected for all pairs tried.</summary>
    public required double PValue { get; init; }
}
