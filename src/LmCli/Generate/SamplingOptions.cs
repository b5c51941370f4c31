using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmModel.Sampling;

namespace LmCli.Generate;

/// <summary>The options that say how tokens are drawn, as the library declares them.</summary>
internal static class SamplingOptions
{
    /// <summary>The largest bias of a logit, up or down.</summary>
    private const float MostBias = 100;

    private static readonly IReadOnlyList<(SamplingParameter Parameter, Option Option, Func<ParseResult, object?> Read)>
        Numbers = [.. SamplingParameter.All.Select(p => p.IsInteger ? Number<int>(p) : Number<float>(p))];

    private static readonly Option<string[]> LogitBias = new Option<string[]>("--logit-bias")
    {
        Description = "Added to the logit of a token id, before everything else; can be repeated.",
        HelpName = "id=bias",
    }.Refuse(given => given?.Select(BiasProblem).FirstOrDefault(problem => problem is not null));

    public static IEnumerable<Option> All => [.. Numbers.Select(n => n.Option), LogitBias];

    /// <param name="arguments">The arguments.</param>
    /// <param name="defaults">The model's own settings, for what is not given.</param>
    public static SamplingSettings Read(ParseResult arguments, SamplingSettings defaults) =>
        SamplingParameter.With(
            defaults,
            from number in Numbers
            let value = number.Read(arguments)
            where value is not null
            select (number.Parameter, value)) with
        {
            LogitBias = (arguments.GetValue(LogitBias) ?? [])
                .Select(text => TryBias(text)!.Value)
                .GroupBy(bias => bias.Id)
                .ToDictionary(same => same.Key, same => same.Last().Bias),
        };

    private static (SamplingParameter, Option, Func<ParseResult, object?>) Number<T>(SamplingParameter parameter)
        where T : struct
    {
        var option = new Option<T?>(parameter.Option)
        {
            Description = $"{parameter.Sentence} Default: the model's own, or "
                + string.Create(CultureInfo.InvariantCulture, $"{parameter.Default}."),
            HelpName = parameter.Range,
        }.Refuse(value => value is { } given && parameter.Problem(given) is { } problem ? $"{problem}." : null);
        return (parameter, option, arguments => arguments.GetValue(option));
    }

    private static string? BiasProblem(string text) => TryBias(text) is null
        ? $"must be a token id, = and a number from -{MostBias} to {MostBias}, such as 17=-5, not '{text}'."
        : null;

    private static (int Id, float Bias)? TryBias(string text) =>
        text.Split('=') is [var id, var bias]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
        && float.TryParse(bias, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && Math.Abs(value) <= MostBias
            ? (token, value)
            : null;
}
