namespace LmApi.Models;

/// <summary>What is being served.</summary>
internal sealed record ModelResponse
{
    /// <summary>Name of the model: its folder's.</summary>
    public required string Name { get; init; }

    /// <summary>The network.</summary>
    public required ArchitectureResponse Architecture { get; init; }

    /// <summary>Number of trained numbers.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes that the model needs to remember one text, however long.</summary>
    public required int StateBytes { get; init; }

    /// <summary>How text becomes tokens.</summary>
    public required TokenizerResponse Tokenizer { get; init; }

    /// <summary>The file of weights.</summary>
    public required WeightsResponse Weights { get; init; }

    /// <summary>The model card, Markdown: what it was trained on, how good it is, what it is not for.</summary>
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

    /// <summary>Whether the embedding is the output matrix too.</summary>
    public required bool TieWeights { get; init; }
}

/// <summary>How text becomes tokens.</summary>
internal sealed record TokenizerResponse
{
    /// <summary>`characters`, `bytes` or `bpe`.</summary>
    public required string Kind { get; init; }

    /// <summary>Number of tokens; ids are from 0 to one less.</summary>
    public required int VocabularySize { get; init; }
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
