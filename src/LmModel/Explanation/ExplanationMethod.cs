using System.Text.Json.Serialization;

namespace LmModel.Explanation;

/// <summary>A way to ask what each token of a prompt contributed to the token that follows.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExplanationMethod>))]
public enum ExplanationMethod
{
    /// <summary><see cref="Explanation.Erasure"/>: the token is left out.</summary>
    [JsonStringEnumMemberName("erasure")] Erasure,

    /// <summary><see cref="Explanation.ExpectedErasure"/>: the token is replaced by the one that was expected.</summary>
    [JsonStringEnumMemberName("erasure_expected")] ErasureExpected,

    /// <summary><see cref="Explanation.Reach"/>: only the last tokens are read.</summary>
    [JsonStringEnumMemberName("reach")] Reach,

    /// <summary><see cref="GradientMethods.GradientTimesInput"/>: the first order of the embedding.</summary>
    [JsonStringEnumMemberName("gradient_input")] GradientInput,

    /// <summary><see cref="GradientMethods.IntegratedGradients"/>: contributions that add up.</summary>
    [JsonStringEnumMemberName("integrated_gradients")] IntegratedGradients,

    /// <summary><see cref="Explanation.ContextualDecomposition"/>: what the token brought into the state of an LSTM.
    /// </summary>
    [JsonStringEnumMemberName("contextual_decomposition")] ContextualDecomposition,
}
