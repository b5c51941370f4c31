using System.Text.Json.Serialization;

namespace LmModel.Networks;

/// <summary>
/// The architecture: embedding (V, E) → <see cref="Layers"/> recurrent layers of H units → linear (V, H).
/// </summary>
public sealed record ModelConfig
{
    public required Cell Cell { get; init; }

    /// <summary>V, number of tokens; at least 1.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>E; equal to H with <see cref="TieWeights"/>.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>H, units of each recurrent layer.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>L, number of recurrent layers; at least 1.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>
    /// Probability in [0, 1) of dropping an activation in training: between layers and before the output.
    /// </summary>
    public double Dropout { get; init; }

    /// <summary>
    /// Whether the embedding matrix is also the output matrix (Press and Wolf 2017); <c>fc.weight</c> is then not
    /// stored.
    /// </summary>
    public bool TieWeights { get; init; }

    /// <summary>The token that stands for an empty prompt: it is read from the zero state to draw the first
    /// token.</summary>
    public int StartToken { get; init; }

    /// <summary>Gates of the cell: 1, 3 or 4. <c>weight_ih</c> has this many times H rows.</summary>
    [JsonIgnore]
    public int Gates => Cell.Traits().Gates;

    /// <summary>Vectors of H numbers a layer carries from step to step: h, and for an LSTM c too.</summary>
    [JsonIgnore]
    public int StateVectors => Cell.Traits().StateVectors;

    /// <summary>Floats in the recurrent state of one sequence: L · <see cref="StateVectors"/> · H.</summary>
    [JsonIgnore]
    public int StateSize => Layers * StateVectors * HiddenSize;

    /// <summary>The range of the last layer's h in that state, (H).</summary>
    [JsonIgnore]
    public Range TopHidden =>
        new((Layers - 1) * StateVectors * HiddenSize, (((Layers - 1) * StateVectors) + 1) * HiddenSize);

    /// <summary>Number of trained numbers.</summary>
    [JsonIgnore]
    public long ParameterCount => ParameterShapes.Sum(p => p.Shape.Aggregate(1L, (n, d) => n * d));

    /// <summary>
    /// Every parameter by the name that PyTorch's <c>state_dict</c> gives it, in that order, with its shape.
    /// </summary>
    [JsonIgnore]
    internal IReadOnlyList<(string Name, long[] Shape)> ParameterShapes => ParameterNames.Shapes(this);

    /// <summary>Everything wrong with this configuration, one sentence each; empty where it is valid.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, maximum) in new[]
        {
            ("vocabulary_size", VocabularySize, 1 << 20), ("embedding_size", EmbeddingSize, 1 << 16),
            ("hidden_size", HiddenSize, 1 << 16), ("layers", Layers, 64),
        })
        {
            if (value < 1 || value > maximum)
            {
                yield return $"{name} must be from 1 to {maximum}, not {value}";
            }
        }

        if (!Enum.IsDefined(Cell))
        {
            yield return $"cell must be {Cells.Choices}, not {(int)Cell}";
        }

        if (!(Dropout >= 0 && Dropout < 1))
        {
            yield return FormattableString.Invariant($"dropout must be at least 0 and below 1, not {Dropout}");
        }

        if (TieWeights && EmbeddingSize != HiddenSize)
        {
            yield return $"tie_weights needs embedding_size = hidden_size, not {EmbeddingSize} and {HiddenSize}";
        }

        if (StartToken < 0 || StartToken >= VocabularySize)
        {
            yield return $"start_token must be from 0 to {VocabularySize - 1}, not {StartToken}";
        }
    }
}
