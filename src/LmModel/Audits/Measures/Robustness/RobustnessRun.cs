using LmModel.Evaluation;
using LmModel.Inference;
using LmModel.Tokenization;

namespace LmModel.Audits.Measures.Robustness;

/// <summary>What followed each passage's prompt.</summary>
/// <param name="Bits">Of the following text, by passage.</param>
/// <param name="Refused">Whether the prompt had a character without a token, by passage.</param>
internal sealed record RobustnessScores(double[] Bits, bool[] Refused);

/// <summary>Scores what follows the prompts of passages, and compares it.</summary>
internal sealed class RobustnessRun(
    IStepModel model, Tokenizer tokenizer, IReadOnlyList<RobustnessPassage> passages, CancellationToken cancellation)
{
    /// <param name="prompt">The prompt of a passage; called in their order.</param>
    public RobustnessScores Score(Func<RobustnessPassage, string> prompt)
    {
        var prompts = passages.Select(p => RobustnessPassages.Encode(tokenizer, prompt(p))).ToList();
        var nats = ContinuationLoss.Of(
            model, prompts.ConvertAll(p => p.Tokens), [.. passages.Select(p => p.Following)], cancellation);
        return new(Array.ConvertAll(nats, n => n / Math.Log(2)), [.. prompts.Select(p => p.Refused)]);
    }

    /// <summary>A point of a curve, in bits per byte.</summary>
    public AuditPoint Point(double x, RobustnessScores scores)
    {
        var (value, interval) = PerByte(i => scores.Bits[i]);
        return new() { X = x, Y = value, Low = interval?.Low, High = interval?.High };
    }

    /// <summary>A figure of what prompts cost beside others. Passages are drawn in pairs, since both scored the same
    /// text.</summary>
    /// <param name="figure">Everything but the number.</param>
    /// <param name="scores">After these prompts.</param>
    /// <param name="clean">After the others.</param>
    /// <param name="good">An interval below it is good; null for a figure that is not judged.</param>
    /// <param name="bad">An interval from it on is bad.</param>
    public AuditFigure Compare(
        AuditFigure figure, RobustnessScores scores, RobustnessScores clean, double? good, double? bad)
    {
        var (value, interval) = PerByte(i => scores.Bits[i] - clean.Bits[i]);
        return figure with
        {
            Value = value,
            Low = interval?.Low,
            High = interval?.High,
            Verdict = good is null ? AuditVerdict.Neutral
                : interval?.High < good ? AuditVerdict.Good
                : interval?.Low >= bad ? AuditVerdict.Bad
                : AuditVerdict.Between,
        };
    }

    /// <summary>The sum over all passages divided by their bytes, and how much it depends on which were
    /// drawn.</summary>
    private (double Value, Interval? Interval) PerByte(Func<int, double> bits)
    {
        double Of(IEnumerable<int> drawn)
        {
            var (sum, bytes) = (0.0, 0L);
            foreach (var i in drawn)
            {
                (sum, bytes) = (sum + bits(i), bytes + passages[i].Bytes);
            }

            return sum / bytes;
        }

        return (Of(Enumerable.Range(0, passages.Count)), ItemBootstrap.Of(passages.Count, Of));
    }
}
