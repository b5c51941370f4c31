using System.Globalization;
using LmModel.Networks;
using LmModel.Quantization;

namespace LmCli.Quantize;

/// <summary>What a model loses in each precision, for a terminal.</summary>
internal static class PrecisionTable
{
    public static IEnumerable<string> Lines(PrecisionReport report)
    {
        var full = report.Figures.Single(f => f.Precision is Precision.Fp32).NatsPerToken;
        yield return "precision  nats/token  difference  bytes of weights per token";
        foreach (var f in report.Figures)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{f.Precision.Name(),-9}  {f.NatsPerToken,10:F5}  {f.NatsPerToken - full,10:+0.00000;-0.00000;0}  "
                    + $"{f.BytesPerToken,24:N0}");
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"The default is {report.Default.Name()}: the fewest bytes of those within {report.Tolerance} "
                + $"nats/token of fp32.");
    }
}
