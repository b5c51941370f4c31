namespace LmModel.Sampling;

/// <summary>How the next token is drawn from the logits. The defaults draw from the model's own distribution.</summary>
public sealed record SamplingSettings
{
    /// <summary>0 takes the most probable token; 1 leaves the distribution as it is. At least 0.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keep the k most probable tokens (Fan et al. 2018); 0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>
    /// Keep the smallest set of tokens whose probability reaches p (Holtzman et al. 2020), in (0, 1]; 1 is off.
    /// </summary>
    public float TopP { get; init; } = 1;

    /// <summary>
    /// Keep tokens at least this times as probable as the best one (Nguyen et al. 2024), in [0, 1]; 0 is off.
    /// </summary>
    public float MinP { get; init; }

    /// <summary>
    /// Keep the smallest set of the tokens nearest to the expected surprise whose probability reaches p (Meister et al.
    /// 2022), in (0, 1]; 1 is off.
    /// </summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>
    /// The average surprise in bits that Mirostat 2 steers to (Basu et al. 2021), at least 0; 0 is off.
    /// </summary>
    public float MirostatTau { get; init; }

    /// <summary>How fast Mirostat 2 corrects itself, in (0, 1].</summary>
    public float MirostatEta { get; init; } = 0.1f;

    /// <summary>
    /// Divides positive and multiplies negative logits of tokens seen in prompt or text (Keskar et al. 2019); above 0,
    /// 1 is off.
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from the logit of every token generated before; 0 is off.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from the logit of a token for each time it was generated before; 0 is off.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of these token ids, before everything else. Finite.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Guards the sampler; callers that answer to people check first and name every error at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside of its range.</exception>
    internal void ThrowIfInvalid(int vocabularySize)
    {
        Require(
            Temperature >= 0 && float.IsFinite(Temperature),
            Temperature,
            nameof(Temperature),
            "finite and at least 0");
        Require(TopK >= 0, TopK, nameof(TopK), "at least 0");
        Require(TopP is > 0 and <= 1, TopP, nameof(TopP), "above 0 and at most 1");
        Require(MinP is >= 0 and <= 1, MinP, nameof(MinP), "at least 0 and at most 1");
        Require(TypicalP is > 0 and <= 1, TypicalP, nameof(TypicalP), "above 0 and at most 1");
        Require(
            MirostatTau >= 0 && float.IsFinite(MirostatTau),
            MirostatTau,
            nameof(MirostatTau),
            "finite and at least 0");
        Require(MirostatEta is > 0 and <= 1, MirostatEta, nameof(MirostatEta), "above 0 and at most 1");
        Require(
            RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty),
            RepetitionPenalty, nameof(RepetitionPenalty), "finite and above 0");
        Require(float.IsFinite(PresencePenalty), PresencePenalty, nameof(PresencePenalty), "finite");
        Require(float.IsFinite(FrequencyPenalty), FrequencyPenalty, nameof(FrequencyPenalty), "finite");
        foreach (var (id, bias) in LogitBias)
        {
            Require(id >= 0 && id < vocabularySize, id, nameof(LogitBias), $"for token ids below {vocabularySize}");
            Require(float.IsFinite(bias), bias, nameof(LogitBias), "finite");
        }
    }

    private static void Require<T>(bool holds, T value, string name, string range)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
    }
}
