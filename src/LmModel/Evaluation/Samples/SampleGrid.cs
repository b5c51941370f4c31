using System.Globalization;
using LmModel.Sampling;

namespace LmModel.Evaluation.Samples;

/// <summary>The ways to draw that are tried.</summary>
internal static class SampleGrid
{
    private static readonly (float TopP, float MinP)[] Filters = [(1, 0), (0.95f, 0), (0.9f, 0), (1, 0.05f), (1, 0.1f)];

    /// <summary>Temperatures from 0.5 to 1, with one filter or none, without and with a repetition penalty.</summary>
    public static IReadOnlyList<SamplingSettings> Full { get; } =
    [
        .. from penalty in new[] { 1, 1.05f }
           from temperature in new[] { 0.5f, 0.7f, 0.8f, 0.9f, 1 }
           from filter in Filters
           select new SamplingSettings
           {
               Temperature = temperature,
               TopP = filter.TopP,
               MinP = filter.MinP,
               RepetitionPenalty = penalty,
           },
    ];

    /// <summary>A few of them, for the end of a training.</summary>
    public static IReadOnlyList<SamplingSettings> Quick { get; } =
    [
        .. from temperature in new[] { 0.7f, 0.8f, 1 }
           from filter in new[] { Filters[0], Filters[3], Filters[4] }
           select new SamplingSettings { Temperature = temperature, TopP = filter.TopP, MinP = filter.MinP },
    ];

    /// <summary>The temperature, and every other parameter that is not at its default, such as <c>0.8, min_p
    /// 0.05</c>.</summary>
    public static string Name(SamplingSettings settings) => string.Join(", ", SamplingParameter.All
        .Where(p => p.Name == "temperature" || !p.Of(settings).Equals(p.Default))
        .Select(p => string.Create(
            CultureInfo.InvariantCulture, $"{(p.Name == "temperature" ? "" : $"{p.Name} ")}{p.Of(settings)}")));
}
