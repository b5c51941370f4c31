namespace LmModel.Sampling;

/// <summary>One step between a model's logits and the drawn token: changes logits, or drops candidates.</summary>
internal interface ILogitFilter
{
    /// <summary>Must leave at least one candidate, keep their order, and allocate nothing.</summary>
    void Apply(Candidates candidates);

    /// <summary>Called after a draw, for filters that depend on the text; it must not allocate.</summary>
    /// <param name="probability">Of the drawn token among the candidates that all filters left; above 0.</param>
    void Drawn(double probability)
    {
    }
}
