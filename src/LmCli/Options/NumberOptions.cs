using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace LmCli.Options;

/// <summary>How options parse numbers: as they are written in code, in every culture.</summary>
/// <remarks>
/// System.CommandLine itself treats a comma as a thousands separator, so that <c>0,5</c> becomes 5.
/// </remarks>
internal static class NumberOptions
{
    /// <summary>Sets it for all options of all commands.</summary>
    public static void ReadPlainly(RootCommand root)
    {
        var commands = root.Subcommands.Concat(root.Subcommands.SelectMany(command => command.Subcommands));
        foreach (var option in commands.SelectMany(command => command.Options))
        {
            Read<int>(option, NumberStyles.AllowLeadingSign, $"a whole number up to {int.MaxValue}");
            Read<long>(option, NumberStyles.AllowLeadingSign, $"a whole number up to {long.MaxValue}");
            Read<float>(option, NumberStyles.Float, "a number such as 0.5");
            Read<double>(option, NumberStyles.Float, "a number such as 0.5");
        }
    }

    private static void Read<T>(Option option, NumberStyles style, string expected)
        where T : struct, INumber<T>
    {
        T? Parse(ArgumentResult result)
        {
            var word = result.Tokens[0].Value;
            if (T.TryParse(word, style, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number))
            {
                return number;
            }

            result.AddError($"{option.Name} must be {expected}, not '{word}'.");
            return null;
        }

        switch (option)
        {
            case Option<T> plain:
                plain.CustomParser ??= result => Parse(result) ?? T.Zero;
                break;
            case Option<T?> optional:
                optional.CustomParser ??= Parse;
                break;
        }
    }
}
