namespace LmModel.Sampling;

/// <summary>One step between a model's logits and the drawn token: changes logits, or drops candidates.</summary>
internal interface ILogitFilter
{
    /// <summary>Must leave at least one candidate, keep their order, and allocate nothing.</summary>
    void Apply(Candidates candidates);
}
