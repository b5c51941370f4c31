namespace LmModel.Sampling;

/// <summary>
/// How the next token is drawn from the logits; see docs/sampling.md. The defaults are those of <c>POST /generate</c>
/// and <c>lm generate</c>.
/// </summary>
public sealed record SamplingSettings
{
    /// <summary>Draws from the model's own distribution: every parameter is off.</summary>
    public static SamplingSettings Unfiltered { get; } = new() { Temperature = 1 };

    /// <summary>0 takes the most probable token; 1 leaves the distribution as it is. From 0 to 2.</summary>
    [SamplingParameter(
        "0 always takes the most probable token, 1 draws from the model's own distribution, and more than 1 is wilder.",
        Most = 2, Example = 0.8)]
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Keeps the k most probable tokens (Fan et al. 2018); at least 0, and 0 is off.</summary>
    [SamplingParameter("Draw from the k most probable tokens only; 0 is off.", Example = 40)]
    public int TopK { get; init; }

    /// <summary>
    /// Keeps the smallest set of tokens whose probability reaches p (Holtzman et al. 2020), in (0, 1]; 1 is off.
    /// </summary>
    [SamplingParameter(
        "Draw from the smallest set of tokens whose probability reaches p only; 1 is off.",
        Above = true, Most = 1, Example = 0.95)]
    public float TopP { get; init; } = 1;

    /// <summary>
    /// Keeps tokens at least this times as probable as the best one (Nguyen et al. 2024), in [0, 1]; 0 is off.
    /// </summary>
    [SamplingParameter("Draw from tokens at least this times as probable as the best one only; 0 is off.", Most = 1)]
    public float MinP { get; init; }

    /// <summary>
    /// Keeps the smallest set of the tokens nearest to the expected surprise whose probability reaches p (Meister et
    /// al. 2022), in (0, 1]; 1 is off.
    /// </summary>
    [SamplingParameter(
        "Draw from the smallest set of tokens nearest to the expected surprise whose probability reaches p only; "
        + "1 is off.",
        Above = true, Most = 1, Aliases = ["typ_p", "typical"])]
    public float TypicalP { get; init; } = 1;

    /// <summary>2 steers the text to an average surprise by Mirostat 2 (Basu et al. 2021); 0 is off.</summary>
    [SamplingParameter(
        "2 steers the text to an average surprise by Mirostat 2, after all other parameters; 0 is off.",
        Choices = [0, 2], Reason = "version 1 is not offered")]
    public int Mirostat { get; init; }

    /// <summary>The average surprise in bits that Mirostat 2 steers to, in (0, 32].</summary>
    [SamplingParameter(
        "The average surprise of a token in bits that Mirostat steers to; it has no effect without Mirostat.",
        Above = true, Most = 32)]
    public float MirostatTau { get; init; } = 5;

    /// <summary>How fast Mirostat 2 corrects itself, in (0, 1].</summary>
    [SamplingParameter(
        "How fast Mirostat corrects itself; it has no effect without Mirostat.", Above = true, Most = 1)]
    public float MirostatEta { get; init; } = 0.1f;

    /// <summary>
    /// Divides positive and multiplies negative logits of tokens seen in prompt or text (Keskar et al. 2019), from 0.1
    /// to 10; 1 is off.
    /// </summary>
    [SamplingParameter(
        "Divides positive and multiplies negative logits of tokens seen in prompt or text; 1 is off.",
        Least = 0.1, Most = 10, Aliases = ["repeat_penalty"])]
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from the logit of every token generated before, from −2 to 2; 0 is off.</summary>
    [SamplingParameter(
        "Subtracted from the logit of every token generated before; 0 is off.", Least = -2, Most = 2)]
    public float PresencePenalty { get; init; }

    /// <summary>
    /// Subtracted from the logit of a token for each time it was generated before, from −2 to 2; 0 is off.
    /// </summary>
    [SamplingParameter(
        "Subtracted from the logit of a token for each time it was generated before; 0 is off.",
        Least = -2, Most = 2)]
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of these token ids, before everything else. Finite.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Guards the sampler; callers that report to people check first and report all errors at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside of its range.</exception>
    internal void ThrowIfInvalid(int vocabularySize)
    {
        foreach (var parameter in SamplingParameter.All)
        {
            if (parameter.Problem(parameter.Of(this)) is { } problem)
            {
                throw OutOfRange(parameter.Name, problem);
            }
        }

        foreach (var (id, bias) in LogitBias)
        {
            if (id < 0 || id >= vocabularySize)
            {
                throw OutOfRange(
                    "logit_bias", $"must be for token ids from 0 to {vocabularySize - 1}, not {id}");
            }

            if (!float.IsFinite(bias))
            {
                throw OutOfRange(
                    "logit_bias", $"must be finite, not {bias}, for token {id}");
            }
        }
    }

    private static ArgumentOutOfRangeException OutOfRange(string name, string problem) =>
        new(name, $"{name} {problem}.");
}
