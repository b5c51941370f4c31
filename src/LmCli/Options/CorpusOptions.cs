using System.CommandLine;
using LmModel.Corpora;

namespace LmCli.Options;

/// <summary>
/// Which part of a text is held out, with the same options and meaning in every command.
/// </summary>
internal static class CorpusOptions
{
    /// <summary>Share held out; its range is that of the command.</summary>
    public static Option<double> Share(string description) => new("--validation")
    {
        Description = description,
        DefaultValueFactory = _ => HoldOut.DefaultShare,
    };

    public static readonly Option<string[]> Documents = new("--hold-out")
    {
        Description = "Document of a folder to hold out whole, instead of a share; * and ? stand for any. "
            + "Can be repeated. Default: nothing.",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string?> ValidationText = new("--validation-text")
    {
        Description = "File or folder to validate on, instead of a share of the text. Default: nothing.",
    };

    /// <exception cref="ArgumentException">More than one of the three is given.</exception>
    public static HoldOut HoldOutOf(ParseResult arguments, Option<double> share) =>
        HoldOutOf(arguments, share, arguments.GetValue(share));

    /// <param name="arguments">The arguments.</param>
    /// <param name="share">The option of the share.</param>
    /// <param name="value">What it says; null for the default.</param>
    /// <exception cref="ArgumentException">More than one of the three is given.</exception>
    public static HoldOut HoldOutOf(ParseResult arguments, Option share, double? value)
    {
        Option[] three = [share, Documents, ValidationText];
        var given = three.Where(o => IsGiven(arguments, o)).Select(o => o.Name).ToList();
        return given.Count < 2
            ? new HoldOut
            {
                Share = value ?? HoldOut.DefaultShare,
                Documents = arguments.GetValue(Documents) ?? [],
                // A resumed training may be started in another folder.
                ValidationText = arguments.GetValue(ValidationText) is { } path ? Path.GetFullPath(path) : null,
            }
            : throw new ArgumentException(
                $"{string.Join(" and ", given)} both define what is held out; give one of them.");
    }

    /// <summary>The part is named, by documents or by a text of its own.</summary>
    public static bool IsNamed(ParseResult arguments) =>
        IsGiven(arguments, Documents) || IsGiven(arguments, ValidationText);

    public static bool IsGiven(ParseResult arguments, Option option) =>
        arguments.GetResult(option) is { Implicit: false };
}
