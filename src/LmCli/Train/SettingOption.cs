using System.CommandLine;
using LmCli.Options;
using LmModel.Training.Settings;

namespace LmCli.Train;

/// <summary>The option of a setting.</summary>
/// <param name="Setting">The declaration of its name, values and help.</param>
/// <param name="Option">The option.</param>
/// <param name="Read">The setting's value; null if the option is not given.</param>
internal sealed record SettingOption(TrainingSetting Setting, Option Option, Func<ParseResult, object?> Read)
{
    public static SettingOption For(TrainingSetting setting) =>
        setting.Type == typeof(bool) ? Flag(setting)
        : setting.Names.Count > 0 ? Named(setting)
        : setting.Type == typeof(int) ? Number<int>(setting)
        : setting.Type == typeof(long) ? Number<long>(setting)
        : setting.Type == typeof(double) ? Number<double>(setting)
        : throw new InvalidOperationException($"{setting.Name} is a {setting.Type}, which no option can read.");

    /// <summary>An absent flag leaves the choice open; <c>--tie-weights false</c> makes it.</summary>
    private static SettingOption Flag(TrainingSetting setting)
    {
        var option = new Option<bool>(setting.Option!);
        return Of(
            setting, option, arguments => CorpusOptions.IsGiven(arguments, option) ? arguments.GetValue(option) : null);
    }

    private static SettingOption Named(TrainingSetting setting)
    {
        var option = new Option<string?>(setting.Option!).AcceptNames(setting.Names);
        return Of(setting, option, arguments => arguments.GetValue(option) is { } name ? setting.ValueOf(name) : null);
    }

    private static SettingOption Number<T>(TrainingSetting setting)
        where T : struct
    {
        var option = new Option<T?>(setting.Option!).Refuse(
            given => given is { } value && setting.Problem(value) is { } problem ? $"{problem}." : null);
        return Of(setting, option, arguments => arguments.GetValue(option));
    }

    private static SettingOption Of(TrainingSetting setting, Option option, Func<ParseResult, object?> read)
    {
        option.Description = $"{setting.Sentence} Default: {setting.Default}.";
        option.HelpName = setting.Values.Length > 0 ? setting.Values : null;
        return new(setting, option, read);
    }
}
