using System.CommandLine;
using System.CommandLine.Parsing;
using LmCli.Options;
using LmModel.Corpora;
using LmModel.Files;
using LmModel.Tokenization;
using LmModel.Training.Planning;
using LmModel.Training.Settings;
using static LmCli.Train.TrainOptions;

namespace LmCli.Train;

/// <summary>What the arguments of <c>lm train</c> decide, and the plan that decides the rest.</summary>
internal static class TrainRecipe
{
    /// <summary>The options, and under them the preset's.</summary>
    /// <exception cref="ArgumentException">Both a time and a number of steps are requested.</exception>
    public static TrainingChoices Choices(ParseResult arguments)
    {
        var given = new TrainingChoices().With(TrainOptions.Settings.Select(o => (o.Setting, o.Read(arguments))));
        if (arguments.GetValue(Minutes) is not null && given.Steps is not null)
        {
            throw new ArgumentException("--minutes and --steps exclude each other; give one of them.");
        }

        if (arguments.GetValue(PresetName) is not { } name)
        {
            return given;
        }

        var preset = Presets.Named(name).Choices;
        return given.Or(arguments.GetValue(Minutes) is null ? preset : preset with { Steps = null });
    }

    /// <summary>
    /// The command as a reader would repeat it, on any machine: the text by its name alone, without what is said
    /// elsewhere, and with what was planned for the time written out.
    /// </summary>
    public static string Command(ParseResult arguments, TrainingPlan plan, bool timed)
    {
        Option[] withValue = [About, Minutes, SampleEvery];
        var text = arguments.GetRequiredValue(Text);
        var words = new List<string> { "lm" };
        for (var i = 0; i < arguments.Tokens.Count; i++)
        {
            var (word, type) = (arguments.Tokens[i].Value, arguments.Tokens[i].Type);
            if (type is TokenType.Option && withValue.Any(o => o.Name == word))
            {
                i++;
            }
            else if (type is not TokenType.DoubleDash && !(type is TokenType.Option && word == Overwrite.Name))
            {
                words.Add(word == text
                    ? ShellWord.Path(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(text))))
                    : ShellWord.Quote(word));
            }
        }

        if (timed)
        {
            words.AddRange(Planned(arguments, plan.Choices));
        }

        return string.Join(' ', words);
    }

    public static TokenizerRules Rules(ParseResult arguments) => new(
        arguments.GetValue(Unknown),
        arguments.GetValue(Normalize) is { } form
            ? Enum.Parse<TextNormalization>(form, ignoreCase: true)
            : TextNormalization.None);

    /// <summary>The options of what the plan decided, where they are not given.</summary>
    private static IEnumerable<string> Planned(ParseResult arguments, TrainingChoices planned) =>
        from option in TrainOptions.Settings
        where option.Setting.InRecipe && !CorpusOptions.IsGiven(arguments, option.Option)
        where option != Held || !CorpusOptions.IsNamed(arguments)
        let value = option.Setting.Of(planned)
        where value is not null and not false
        from word in value is true ? (string[])[option.Option.Name] : [option.Option.Name, TrainingSetting.Write(value)]
        select word;
}
