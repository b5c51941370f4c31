namespace LmModel.Sampling;

/// <summary>How the next token is drawn from the logits. The defaults draw from the model's own distribution.</summary>
public sealed record SamplingSettings
{
    /// <summary>0 takes the most probable token; 1 leaves the distribution as it is. At least 0.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keep the k most probable tokens (Fan et al. 2018); 0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>Keep the smallest set of tokens whose probability reaches p (Holtzman et al. 2020), in (0, 1]; 1 is off.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keep tokens at least this times as probable as the best one (Nguyen et al. 2024), in [0, 1]; 0 is off.</summary>
    public float MinP { get; init; }

    /// <summary>
    /// Divides positive and multiplies negative logits of tokens seen in prompt or text (Keskar et al. 2019); above 0, 1 is off.
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from the logit of every token generated before; 0 is off.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from the logit of a token for each time it was generated before; 0 is off.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of these token ids, before everything else.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();
}
