using System.CommandLine;
using System.Globalization;
using LmModel.Generation;

namespace LmCli.Options;

/// <summary>The neural cache of a command.</summary>
internal static class NeuralCacheOptions
{
    public static readonly Option<int?> Size = Within(
        new Option<int?>("--neural-cache-size")
        {
            Description = "Mix what followed similar states into the predictions: number of positions remembered. "
                + "Needs the next two.",
        },
        size => size is >= 1 and <= NeuralCacheSettings.MaxSize,
        $"from 1 to {NeuralCacheSettings.MaxSize}");

    public static readonly Option<float?> Theta = Within(
        new Option<float?>("--neural-cache-theta")
        {
            Description = "How strongly similarity counts; with 0 all positions count the same.",
        },
        theta => theta is >= 0 and <= NeuralCacheSettings.MaxTheta,
        $"from 0 to {NeuralCacheSettings.MaxTheta}");

    public static readonly Option<float?> Lambda = Within(
        new Option<float?>("--neural-cache-lambda")
        {
            Description = "The weight of the cache in the mixture; 0 is the model alone.",
        },
        lambda => lambda is >= 0 and < 1,
        "at least 0 and below 1");

    /// <summary>The cache that was requested; null for none.</summary>
    /// <exception cref="ArgumentException">Some of its options are given and others are not.</exception>
    public static NeuralCacheSettings? Read(ParseResult arguments)
    {
        var (size, theta, lambda) = (arguments.GetValue(Size), arguments.GetValue(Theta), arguments.GetValue(Lambda));
        if (size is null && theta is null && lambda is null)
        {
            return null;
        }

        string[] missing =
        [
            .. new[] { (Size.Name, size is null), (Theta.Name, theta is null), (Lambda.Name, lambda is null) }
                .Where(option => option.Item2)
                .Select(option => option.Name),
        ];
        return missing.Length == 0
            ? new(size!.Value, theta!.Value, lambda!.Value)
            : throw new ArgumentException(
                $"--neural-cache-size, --neural-cache-theta and --neural-cache-lambda need one another; missing: "
                    + $"{string.Join(" and no ", missing)}. "
                + "lm evaluate --neural-cache-search finds the last two.");
    }

    private static Option<T?> Within<T>(Option<T?> option, Predicate<T> holds, string range)
        where T : struct => option.Refuse(given => given is not { } value || holds(value)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be {range}, not {value}."));
}
