namespace LmModel.Guard.Measurement;

/// <summary>The same texts without and with a guard.</summary>
/// <param name="Without">Without.</param>
/// <param name="With">With the guard.</param>
/// <param name="Refused">Positions at which the guard refused a token.</param>
/// <param name="Checked">
/// Distinct runs of all these texts that the training text does not have; the filter answers for each.
/// </param>
/// <param name="Mistaken">How many of them the filter takes for one that it has.</param>
internal sealed record GuardFigures(TextFigures Without, TextFigures With, int Refused, int Checked, int Mistaken)
{
    /// <summary>The throughput with the guard as a share of that without: of each round, the least first.</summary>
    public IReadOnlyList<double> Throughputs =>
        [.. With.Seconds.Zip(Without.Seconds, (with, without) => without / with).Order()];

    /// <summary>The median of them.</summary>
    public double Throughput =>
        (Throughputs[(Throughputs.Count - 1) / 2] + Throughputs[Throughputs.Count / 2]) / 2;
}

/// <summary>Texts that a model continued from passages of its training text.</summary>
/// <param name="Tokens">Tokens drawn.</param>
/// <param name="Copied">Runs, one ending in each drawn token, that the training text has.</param>
/// <param name="CopiedSpelled">The same of the texts as the tokenizer splits them.</param>
/// <param name="Seconds">Time of each round, in which both kinds of texts draw equally many tokens.</param>
internal sealed record TextFigures(int Tokens, int Copied, int CopiedSpelled, IReadOnlyList<double> Seconds);
