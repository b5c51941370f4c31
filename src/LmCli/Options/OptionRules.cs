using System.CommandLine;
using LmModel.Files;

namespace LmCli.Options;

/// <summary>Rules for the values of options.</summary>
internal static class OptionRules
{
    /// <summary>Refuses values.</summary>
    /// <param name="option">The option.</param>
    /// <param name="problem">
    /// What is wrong with a value, as a sentence that continues from the option's name; null for nothing.
    /// </param>
    public static Option<T> Refuse<T>(this Option<T> option, Func<T?, string?> problem)
    {
        option.Validators.Add(result =>
        {
            T? value;
            try
            {
                value = result.GetValueOrDefault<T>();
            }
            catch (InvalidOperationException)
            {
                // What cannot be read as a T is refused by the parser itself.
                return;
            }

            if (problem(value) is { } sentence)
            {
                result.AddError($"{option.Name} {sentence}");
            }
        });
        return option;
    }

    /// <summary>Refuses all but some names.</summary>
    public static Option<string?> AcceptNames(this Option<string?> option, IReadOnlyList<string> names)
    {
        option.CustomParser = result =>
        {
            var given = result.Tokens[0].Value;
            if (names.Contains(given))
            {
                return given;
            }

            result.AddError($"'{given}' must be {NameLists.OneOf(names)}.");
            return null;
        };
        return option;
    }
}
