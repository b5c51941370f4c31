using System.Globalization;
using LmModel.Guard;
using LmModel.Guard.Measurement;

namespace LmCli.Guard;

/// <summary>What a guard knows and does, for a terminal.</summary>
internal static class GuardReport
{
    public static string Of(VerbatimFilter filter) => string.Create(
        CultureInfo.InvariantCulture,
        $"{filter.Runs:N0} runs in {sizeof(ulong) * filter.Words.Length / 1e6:F1} MB. Requests can refuse runs of "
            + $"{filter.Least} tokens or more; {filter.FalsePositiveRate:P4} of the runs of {filter.Least} that the "
            + $"text does not have are taken for one of it.");

    public static IEnumerable<string> Of(GuardFigures figures, VerbatimFilter filter)
    {
        yield return $"                 tokens  copied runs of {filter.Least}  of the text split anew  tokens/s";
        yield return Line("without a guard", figures.Without);
        yield return Line("with the guard", figures.With);
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"The guard acted at {figures.Refused:N0} of {figures.With.Tokens:N0} tokens "
                + $"({(double)figures.Refused / figures.With.Tokens:P2}). Throughput with it: {figures.Throughput:P1} "
                + $"of that without, the median of {figures.Throughputs.Count} rounds ({figures.Throughputs[0]:P1} to "
                + $"{figures.Throughputs[^1]:P1}).");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Mistaken:N0} of {figures.Checked:N0} runs of these texts that the training text does not have "
                + $"are taken for one of it ({(double)figures.Mistaken / Math.Max(1, figures.Checked):P3}).");
    }

    private static string Line(string name, TextFigures figures) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-15}  {figures.Tokens,6:N0}  {figures.Copied,17:N0}  {figures.CopiedSpelled,22:N0}  "
            + $"{figures.Tokens / figures.Seconds.Sum(),8:N0}");
}
