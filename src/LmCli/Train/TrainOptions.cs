using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmModel.Corpora;
using LmModel.Training;
using LmModel.Training.Settings;

namespace LmCli.Train;

/// <summary>
/// The options of <c>lm train</c>: one for each <see cref="TrainingSetting"/>, and those of the command itself. The
/// plan decides every setting whose option is not given.
/// </summary>
internal static class TrainOptions
{
    public static readonly Argument<string> Text = new("text")
    {
        Description = "The UTF-8 text file to train on, or a folder: all .txt files in it and below it.",
    };

    public static readonly Option<string?> Out = new("--out", "-o")
    {
        Description = "Folder for the model. Default: models/ and the name of the text.",
    };

    public static readonly Option<double?> Minutes = Number<double>(
        "--minutes",
        $"Minutes to plan the training for, not together with --steps. Default: {TrainingSetup.DefaultMinutes}.",
        0.01, 100_000);

    public static readonly Option<string?> PresetName = new Option<string?>("--preset")
    {
        Description = "A named recipe, which other options change. Default: none."
            + string.Concat(Presets.All.Select(p => $"\n{p.Name}: {p.Description}")),
    }.AcceptOnlyFromAmong([.. Presets.All.Select(p => p.Name)]);

    /// <summary>An option for each setting.</summary>
    public static readonly IReadOnlyList<SettingOption> Settings =
        [.. TrainingSetting.All.Where(setting => setting.Option is not null).Select(SettingOption.For)];

    /// <summary>The option of the share that is held out.</summary>
    public static readonly SettingOption Held = Of(nameof(TrainingChoices.ValidationShare));

    public static readonly Option<UnknownCharacters?> Unknown = new("--unknown")
    {
        Description = "What a characters tokenizer does with a character that is not in the text: "
            + "refuse the prompt, drop the character, or read another one in its place. Default: error.",
        HelpName = "error|drop|replace:X",
        CustomParser = result =>
        {
            var given = result.Tokens[0].Value;
            if (UnknownCharacters.Parse(given) is { } rule)
            {
                return rule;
            }

            result.AddError(
                $"--unknown must be error, drop, or replace: and one character, such as replace:?, not '{given}'.");
            return null;
        },
    };

    public static readonly Option<string?> Normalize = new Option<string?>("--normalize")
    {
        Description = "Unicode normalization form that every text is converted to before it is tokenized. "
            + "Default: none.",
        HelpName = "none|nfc|nfkc",
    }.AcceptNames(["none", "nfc", "nfkc"]);

    public static readonly Option<int?> SampleEvery = Number<int>(
        "--sample-every", "Validations between samples of text; 0 shows none. Default: 1.", 0, int.MaxValue);

    public static readonly Option<int?> Threads = DecoderOptions.Threads("Default: one for each core.");

    public static readonly Option<string?> About = new("--about")
    {
        Description = "A sentence about the text for the model card: what it is, its source and its licence. "
            + "Default: nothing.",
    };

    public static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Continue the training in the folder with its settings. Default: off.",
    };

    public static readonly Option<bool> Overwrite = new("--overwrite")
    {
        Description = "Start again if the folder already has a model. Default: off.",
    };

    /// <summary>All of them, as the help lists them.</summary>
    public static IEnumerable<Option> All =>
    [
        Out, Minutes, PresetName, .. Settings.Select(o => o.Option), Unknown, Normalize, CorpusOptions.Documents,
        CorpusOptions.ValidationText, SampleEvery, Threads, About, Resume, Overwrite,
    ];

    /// <summary>The option of a setting, by the setting's name.</summary>
    public static SettingOption Of(string name) => Settings.Single(o => o.Setting.Name == name);

    private static Option<T?> Number<T>(string name, string description, double least, double most)
        where T : struct, IConvertible
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = most == int.MaxValue ? $"at least {least}"
                : string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
        };
        return option.Refuse(given =>
            given?.ToDouble(CultureInfo.InvariantCulture) is { } value && !(value >= least && value <= most)
                ? string.Create(CultureInfo.InvariantCulture, $"must be from {least} to {most}, not {given}.")
                : null);
    }
}
