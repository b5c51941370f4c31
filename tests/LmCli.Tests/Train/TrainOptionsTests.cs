using System.CommandLine;
using LmCli.Options;
using LmCli.Terminal;
using LmCli.Train;
using LmModel.Training.Settings;

namespace LmCli.Tests.Train;

public sealed class TrainOptionsTests
{
    /// <summary>UPDATE_GOLDEN=1 writes the table again, after an option was added or changed.</summary>
    [Fact]
    public void The_documentation_contains_the_table_of_options() =>
        Golden.SectionMatches("docs/training.md", "options", string.Join('\n', Table()));

    [Fact]
    public void Every_setting_with_an_option_is_an_option_of_the_command()
    {
        using var interruption = new Interruption();
        var options = TrainCommand.Create(interruption).Options.Select(o => o.Name).ToList();

        Assert.All(TrainingSetting.All, s => Assert.True(s.Option is null || options.Contains(s.Option), s.Name));
        Assert.Equal(options.Count, options.Distinct().Count());
    }

    [Theory]
    [InlineData("--batch 8 --weight-drop 0.5 --schedule one-cycle --seed 9 --jitter --tie-weights false")]
    [InlineData("--tie-weights=false --jitter=true --seed=9 --schedule=one-cycle --weight-drop=0.5 --batch=8")]
    public void Options_become_choices_and_omitted_ones_stay_open(string options) => Assert.Equal(
        new TrainingChoices
        {
            BatchSize = 8,
            WeightDrop = 0.5,
            Schedule = Schedule.OneCycle,
            Seed = 9,
            JitterWindows = true,
            TieWeights = false,
        },
        TrainRecipe.Choices(Parse(options)));

    [Fact]
    public void All_options_out_of_range_are_reported_at_once()
    {
        var message = Assert.Throws<ArgumentException>(
            () => Parse("--batch 0 --dropout 1 --layers 65 --cell elman")).Message;

        Assert.All(
            ["--batch must be from 1 to 4096, not 0.", "--dropout must be at least 0 and below 1, not 1.",
             "--layers must be from 1 to 64, not 65.", "'elman' must be rnn_tanh, rnn_relu, gru or lstm."],
            problem => Assert.Contains(problem, message));
    }

    private static ParseResult Parse(string options)
    {
        using var interruption = new Interruption();
        var root = new RootCommand { TrainCommand.Create(interruption) };
        NumberOptions.ReadPlainly(root);
        return CommandWords.Parse(root, ["train", "text.txt", .. options.Split(' ')]);
    }

    private static IEnumerable<string> Table()
    {
        yield return "| option | values | default | meaning |";
        yield return "| --- | --- | --- | --- |";
        yield return $"| `TEXT` | | required | {TrainOptions.Text.Description} |";
        foreach (var option in TrainOptions.All)
        {
            const string Default = " Default: ";
            var description = option.Description!.Split('\n')[0];
            var cut = description.LastIndexOf(Default, StringComparison.Ordinal);
            Assert.True(
                cut > 0 && description.EndsWith('.'), $"{option.Name} does not end in its default: {description}");
            var names = string.Join(", ", option.Aliases.Prepend(option.Name).Select(name => $"`{name}`"));
            var values = string.Concat(string.Join(", ", Values(option)).Append(' ')).TrimStart();
            var (meaning, value) = (description[..cut], description[(cut + Default.Length)..^1]);
            yield return $"| {names} | {values}| {value} | {meaning} |";
        }
    }

    private static IEnumerable<string> Values(Option option) => option.HelpName is null ? []
        : option.HelpName.Contains('|') ? option.HelpName.Split('|').Select(name => $"`{name}`")
        : [option.HelpName];
}
