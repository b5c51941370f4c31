using System.Globalization;
using LmModel.Files;
using LmModel.Sampling;

namespace LmCli.Evaluate;

/// <summary>A way to draw as it is written on the command line, such as <c>temperature=0.8,min_p=0.05</c>.</summary>
internal static class SampleWay
{
    /// <summary>What is wrong with it, as a phrase that continues the name of the option; null for nothing.</summary>
    public static string? Problem(string way)
    {
        foreach (var part in way.Split(','))
        {
            var name = part.Split('=')[0].Trim();
            if (Parameter(part) is not { } parameter)
            {
                return $"'{part}' must be one of {NameLists.OneOf([.. SamplingParameter.All.Select(p => p.Name)])}, = "
                    + "and a number.";
            }

            if (Value(parameter, part) is not { } value)
            {
                return $"{name} must be a number, not '{part}'.";
            }

            if (parameter.Problem(value) is { } problem)
            {
                return $"{name} {problem}.";
            }
        }

        return null;
    }

    /// <summary>The settings; what is not named is at its default.</summary>
    public static SamplingSettings Read(string way) => SamplingParameter.With(
        new(), way.Split(',').Select(part => (Parameter(part)!, Value(Parameter(part)!, part)!)));

    private static SamplingParameter? Parameter(string part) =>
        SamplingParameter.All.FirstOrDefault(p => p.Name == part.Split('=')[0].Trim());

    private static object? Value(SamplingParameter parameter, string part)
    {
        var text = part.Split('=', 2) is [_, var value] ? value : "";
        if (parameter.IsInteger)
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                ? whole : null;
        }

        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null;
    }
}
