using System.Globalization;

namespace LmCli.Bench.Measures;

/// <summary>
/// One figure over the rounds. The median is reported; how far the rounds lie apart says what it is worth.
/// </summary>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    /// <param name="values">One of each round; at least one.</param>
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return new Spread((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted[^1]);
    }

    /// <summary>As <c>median (least–most)</c>.</summary>
    public override string ToString() => $"{Number(Median)} ({Number(Least)}–{Number(Most)})";

    /// <summary>
    /// Three digits that matter, whatever the size: a table mixes microseconds and thousands of tokens.
    /// </summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("F3", CultureInfo.InvariantCulture),
    };
}
