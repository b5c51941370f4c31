namespace LmModel.Evaluation.Ngrams;

/// <summary>How an n-gram model combines its counts with those of shorter contexts.</summary>
internal enum Smoothing
{
    /// <summary>
    /// Interpolated Witten-Bell: the more distinct tokens followed a context, the less weight its counts get.
    /// </summary>
    WittenBell,

    /// <summary>
    /// Interpolated modified Kneser-Ney, the best of the n-gram models compared by Chen and Goodman (1998).
    /// </summary>
    KneserNey,
}
