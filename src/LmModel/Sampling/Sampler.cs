namespace LmModel.Sampling;

/// <summary>Draws the tokens of one text. Not thread-safe: one sampler a sequence.</summary>
public sealed class Sampler
{
    public Sampler(SamplingSettings settings, int vocabularySize, long seed) => throw new NotImplementedException();

    /// <summary>Counts a prompt token for the repetition penalty.</summary>
    public void ObservePrompt(int token) => throw new NotImplementedException();

    /// <summary>Draws the next token and counts it for the penalties.</summary>
    /// <param name="logits">(V); not changed.</param>
    /// <param name="position">Index of the token among the generated ones, from 0.</param>
    public int Draw(ReadOnlySpan<float> logits, int position) => throw new NotImplementedException();
}
