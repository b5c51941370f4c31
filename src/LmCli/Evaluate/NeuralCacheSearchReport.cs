using System.Globalization;
using LmModel.Evaluation;

namespace LmCli.Evaluate;

/// <summary>What a search for θ and λ found: losses as a table, and the options that give the best.</summary>
internal static class NeuralCacheSearchReport
{
    private const int Width = 9;

    public static IEnumerable<string> Lines(EvaluationResult alone, IReadOnlyList<NeuralCacheLoss> cached)
    {
        yield return $"{ScoreLines.Figure(alone)}, without a cache";
        yield return "nats/token   lambda";
        yield return $"{"theta",-Width}"
            + string.Concat(NeuralCacheSearch.Lambdas.Select(lambda => Number(lambda, "0.##")));
        foreach (var row in cached.GroupBy(c => c.Settings.Theta))
        {
            var theta = row.Key.ToString(CultureInfo.InvariantCulture);
            yield return $"{theta,-Width}{string.Concat(row.Select(c => Number(c.Loss.NatsPerToken, "F4")))}";
        }

        var best = cached.MinBy(c => c.Loss.Nats)!;
        if (!(best.Loss.Nats < alone.Nats))
        {
            yield return "No cache improves the loss.";
            yield break;
        }

        yield return $"{ScoreLines.Figure(best.Loss)}, with the best:";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"--neural-cache-size {best.Settings.Size} --neural-cache-theta {best.Settings.Theta} "
                + $"--neural-cache-lambda {best.Settings.Lambda}");
    }

    private static string Number(double value, string format) =>
        value.ToString(format, CultureInfo.InvariantCulture).PadLeft(Width);
}
