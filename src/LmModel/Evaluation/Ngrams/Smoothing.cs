namespace LmModel.Evaluation.Ngrams;

/// <summary>How the counts of an n-gram model give way to those of shorter contexts.</summary>
internal enum Smoothing
{
    /// <summary>
    /// Interpolated Witten-Bell: a context that many different tokens followed trusts its counts less.
    /// </summary>
    WittenBell,

    /// <summary>
    /// Interpolated modified Kneser-Ney (Chen and Goodman 1998): the best of the n-gram models they compare.
    /// </summary>
    KneserNey,
}
