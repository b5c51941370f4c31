using System.Text.Json.Serialization;
using LmModel.Files;

namespace LmModel.Quantization;

/// <summary>The precision that a model is served in by default, and the evidence: <c>precision.json</c>.</summary>
public sealed record PrecisionReport : IMeasuredReport
{
    /// <summary><see cref="Protocol"/>: windows that begin from the zero state.</summary>
    public const string Cold = "cold";

    /// <summary><see cref="Protocol"/>: the text once, in order.</summary>
    public const string Contiguous = "contiguous";

    /// <summary>The precision that the model is served in by default.</summary>
    public required Precision Default { get; init; }

    /// <summary>Nats per token that the default's loss may differ from that of fp32.</summary>
    public required double Tolerance { get; init; }

    /// <summary>SHA-256 of the weights that were measured, lower-case hexadecimal.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Name of the text's file.</summary>
    public required string Text { get; init; }

    /// <summary>SHA-256 of the text's file, lower-case hexadecimal.</summary>
    public required string TextSha256 { get; init; }

    /// <summary>
    /// The share of its characters that was scored: its end, or whole documents of a folder; 1 for all.
    /// </summary>
    public required double TextShare { get; init; }

    /// <summary>Names of the documents that were scored, where they were requested by name; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? HeldOut { get; init; }

    /// <summary><see cref="Cold"/> or <see cref="Contiguous"/>; docs/evaluation.md explains them.</summary>
    public required string Protocol { get; init; }

    /// <summary>Predictions of a cold window; 0 for the contiguous protocol.</summary>
    public required int Window { get; init; }

    /// <summary>Predictions the losses are means of.</summary>
    public required long Tokens { get; init; }

    /// <summary>One for each measured precision, including fp32.</summary>
    public required IReadOnlyList<PrecisionFigure> Figures { get; init; }

    IEnumerable<string> IMeasuredReport.Problems()
    {
        if (!(Tolerance >= 0 && double.IsFinite(Tolerance)))
        {
            yield return FormattableString.Invariant($"tolerance must be at least 0, not {Tolerance}");
        }

        foreach (var problem in Sha256Text.Problems(("weights_sha256", WeightsSha256), ("text_sha256", TextSha256)))
        {
            yield return problem;
        }

        if (!(TextShare > 0 && TextShare <= 1))
        {
            yield return FormattableString.Invariant($"text_share must be above 0 and at most 1, not {TextShare}");
        }

        if (HeldOut?.Any(document => document is null) == true)
        {
            yield return "held_out must be a list of texts, but has null";
        }

        if (Protocol is not (Cold or Contiguous))
        {
            yield return $"protocol must be cold or contiguous, not {ProblemList.Show(Protocol)}";
        }
        else if (Protocol is Cold ? Window < 1 : Window != 0)
        {
            yield return $"window must be "
                + $"{(Protocol is Cold ? "at least 1" : "0 for the contiguous protocol")}, not {Window}";
        }

        if (Tokens < 1)
        {
            yield return $"tokens must be at least 1, not {Tokens}";
        }

        foreach (var problem in FigureProblems())
        {
            yield return problem;
        }
    }

    private IEnumerable<string> FigureProblems()
    {
        foreach (var precision in Figures.GroupBy(f => f.Precision).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            yield return $"figures has {precision.Name()} more than once";
        }

        foreach (var precision in new[] { Precision.Fp32, Default }.Distinct().Except(Figures.Select(f => f.Precision)))
        {
            yield return $"figures lacks {precision.Name()}{(precision == Default ? ", the default" : "")}";
        }

        foreach (var figure in Figures)
        {
            if (!(figure.NatsPerToken >= 0 && double.IsFinite(figure.NatsPerToken)))
            {
                yield return FormattableString.Invariant(
                    $"nats_per_token of {figure.Precision.Name()} must be at least 0, not {figure.NatsPerToken}");
            }

            if (figure.BytesPerToken < 1)
            {
                yield return $"bytes_per_token of {figure.Precision.Name()} must be at least 1, not "
                    + $"{figure.BytesPerToken}";
            }
        }
    }
}

/// <summary>Cost and loss of a model in one precision.</summary>
public sealed record PrecisionFigure
{
    public required Precision Precision { get; init; }

    /// <summary>Mean loss of a token, in nats.</summary>
    public required double NatsPerToken { get; init; }

    /// <summary>Bytes of weights that are read for a token of one text.</summary>
    public required long BytesPerToken { get; init; }
}
