using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Evaluation;

namespace LmModel.Quantization.Measurement;

/// <summary>
/// Records the loss of a model in each precision, in <c>precision.json</c> and in the model card.
/// </summary>
internal static class PrecisionRecord
{
    /// <summary>Chooses the default and records it; if there is a card, it gets its section.</summary>
    /// <param name="folder">The model that was measured.</param>
    /// <param name="split">What was scored: the text that is validated on.</param>
    /// <param name="results">Of every precision. One whose loss is not a finite number is left out.</param>
    /// <param name="command">The command that measures them again, for the card; null for none.</param>
    /// <exception cref="InvalidDataException">The loss in fp32 is not a finite number; nothing was written.</exception>
    public static PrecisionReport Save(
        ModelFolder folder,
        CorpusSplit split,
        IReadOnlyList<PrecisionResult> results,
        Func<PrecisionReport, string>? command = null)
    {
        var loss = results.Single(r => r.Precision is Precision.Fp32).Loss.RequireFinite();
        var corpus = split.ValidationCorpus ?? split.Corpus;
        var report = new PrecisionReport
        {
            Default = PrecisionComparison.Choose(results),
            Tolerance = PrecisionComparison.Tolerance,
            WeightsSha256 = folder.WeightsSha256,
            Text = corpus.Name,
            TextSha256 = corpus.Sha256,
            TextShare = split.ScoredShare,
            HeldOut = split.HoldOut.Documents is { Count: > 0 } documents ? documents : null,
            Protocol = loss.Protocol is Protocol.ColdWindows ? PrecisionReport.Cold : PrecisionReport.Contiguous,
            Window = loss.Window,
            Tokens = loss.Tokens,
            Figures =
            [
                .. results.Where(r => double.IsFinite(r.Loss.NatsPerToken)).Select(r => new PrecisionFigure
                {
                    Precision = r.Precision,
                    NatsPerToken = r.Loss.NatsPerToken,
                    BytesPerToken = r.BytesPerToken,
                }),
            ],
        };
        folder.SavePrecision(report);
        if (folder.Card is { } card)
        {
            folder.SaveCard(PrecisionSection.InsertInto(card, report, command?.Invoke(report)));
        }

        return report;
    }
}
