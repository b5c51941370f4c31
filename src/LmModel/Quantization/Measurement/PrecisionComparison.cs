using System.Globalization;
using LmModel.Evaluation;
using LmModel.Inference;
using LmModel.Inference.Managed;
using LmModel.Tokenization;

namespace LmModel.Quantization.Measurement;

/// <summary>Loss and cost of a model in one precision.</summary>
/// <param name="Precision">How its weights were stored.</param>
/// <param name="Loss">Its loss on the text.</param>
/// <param name="BytesPerToken">Bytes of weights that are read for a token of one text.</param>
internal sealed record PrecisionResult(Precision Precision, EvaluationResult Loss, long BytesPerToken);

/// <summary>Decides which precision a model is served in by its loss on a text in each of them.</summary>
internal static class PrecisionComparison
{
    /// <summary>
    /// Nats per token that the loss may differ from that of fp32: a thousandth of a nat is a perplexity 0.1 % higher,
    /// far below what another seed of the same training changes.
    /// </summary>
    public const double Tolerance = 0.001;

    /// <summary>
    /// Scores a text in every precision, fp32 first; a precision in which a logit is not finite is left out.
    /// </summary>
    /// <param name="open">Makes the decoder of a precision; it is disposed here.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="tokens">At least 2 ids.</param>
    /// <param name="protocol">How to score them.</param>
    /// <param name="window">Predictions of a cold window, at least 1.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    /// <exception cref="NonFiniteLogitsException">The model predicts nothing in fp32.</exception>
    public static IReadOnlyList<PrecisionResult> Measure(
        Func<Precision, ManagedStepModel> open,
        Tokenizer tokenizer,
        int[] tokens,
        Protocol protocol = Protocol.ColdWindows,
        int window = Evaluator.DefaultWindow,
        CancellationToken cancellation = default)
    {
        var results = new List<PrecisionResult>();
        foreach (var precision in Enum.GetValues<Precision>())
        {
            using var model = open(precision);
            try
            {
                var loss = new Evaluator(model, tokenizer).Evaluate(tokens, protocol, window, cancellation);
                results.Add(new(precision, loss, model.BytesPerStep));
            }
            catch (NonFiniteLogitsException) when (precision is not Precision.Fp32)
            {
                // Rounding makes a value infinite, so the model cannot be served in this precision.
            }
        }

        return results;
    }

    /// <summary>Requires that a precision costs less than <see cref="Tolerance"/> against fp32.</summary>
    /// <exception cref="ArgumentException">It costs more, or the model predicts nothing in it.</exception>
    public static void RequireHarmless(IReadOnlyList<PrecisionResult> results, Precision precision)
    {
        var full = results.Single(r => r.Precision is Precision.Fp32).Loss.NatsPerToken;
        var other = results.SingleOrDefault(r => r.Precision == precision)?.Loss.NatsPerToken ?? double.NaN;
        if (!(Math.Abs(other - full) < Tolerance))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"In {precision.Name()} the loss is {other:F5} nats/token, in fp32 {full:F5}: they may differ by less "
                    + $"than {Tolerance}, so the weights stay as they are."));
        }
    }

    /// <summary>
    /// Of those whose loss differs from fp32's by less than <see cref="Tolerance"/>, the one that reads the fewest
    /// bytes.
    /// </summary>
    /// <remarks>
    /// Bytes decide, not time: the time of a step of one text is that of reading its weights, and a count is the same
    /// on every machine, busy or not.
    /// </remarks>
    public static Precision Choose(IReadOnlyList<PrecisionResult> results)
    {
        var full = results.Single(r => r.Precision is Precision.Fp32);
        // NaN is not below anything.
        return results.Where(r => r == full || Math.Abs(r.Loss.NatsPerToken - full.Loss.NatsPerToken) < Tolerance)
            .MinBy(r => r.BytesPerToken)!.Precision;
    }
}
