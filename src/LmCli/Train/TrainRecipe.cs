using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
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
    /// <exception cref="ArgumentException">Both a time and a number of steps are asked for.</exception>
    public static TrainingChoices Choices(ParseResult arguments)
    {
        var given = Given(arguments);
        if (arguments.GetValue(Minutes) is not null && given.Steps is not null)
        {
            throw new ArgumentException("--minutes and --steps say the same: give one of them.");
        }

        if (arguments.GetValue(PresetName) is not { } name)
        {
            return given;
        }

        var preset = Presets.Named(name).Choices;
        return given.Or(arguments.GetValue(Minutes) is null ? preset : preset with { Steps = null });
    }

    /// <summary>
    /// The command as a reader would repeat it, on any machine: the text by its name alone, without what is said elsewhere,
    /// and with what was planned for the time written out.
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
            words.AddRange(Planned(plan)
                .Where(o => o.Option != Held || ShareOf(arguments) is null)
                .Where(o => arguments.GetResult(o.Option) is null or { Implicit: true })
                .SelectMany(o => new[] { o.Option.Name, o.Value }).Where(w => w.Length > 0));
        }

        return string.Join(' ', words);
    }

    public static TokenizerRules Rules(ParseResult arguments) =>
        new(arguments.GetValue(Unknown), arguments.GetValue(Normalize) ?? TextNormalization.None);

    private static IEnumerable<(Option Option, string Value)> Planned(TrainingPlan plan)
    {
        var (network, settings) = (plan.Network, plan.Settings);
        static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
        yield return (Tokens, plan.Tokenizer);
        if (plan.Tokenizer == "bpe")
        {
            yield return (Vocabulary, Number(plan.Vocabulary));
        }

        yield return (CellKind, JsonSerializer.Serialize(network.Cell).Trim('"'));
        yield return (Layers, Number(network.Layers));
        yield return (Hidden, Number(network.HiddenSize));
        yield return (Embedding, Number(network.EmbeddingSize));
        if (network.TieWeights)
        {
            yield return (Tie, "");
        }

        yield return (Dropout, Number(network.Dropout));
        yield return (InputDropout, Number(settings.InputDropout));
        yield return (EmbeddingDropout, Number(settings.EmbeddingDropout));
        yield return (WeightDrop, Number(settings.WeightDrop));
        yield return (Batch, Number(settings.BatchSize));
        yield return (Window, Number(settings.WindowLength));
        yield return (Steps, Number(settings.Steps));
        yield return (LearningRate, Number(settings.LearningRate));
        yield return (Warmup, Number(settings.WarmupSteps));
        yield return (Decay, Number(settings.WeightDecay));
        yield return (Average, Number(settings.AverageDecay));
        yield return (Held, Number(settings.ValidationShare));
        yield return (Every, Number(settings.ValidateEvery));
        yield return (Patience, Number(settings.Patience));
    }

    private static TrainingChoices Given(ParseResult arguments) => new()
    {
        Tokenizer = arguments.GetValue(Tokens),
        Vocabulary = arguments.GetValue(Vocabulary),
        Cell = arguments.GetValue(CellKind),
        Layers = arguments.GetValue(Layers),
        HiddenSize = arguments.GetValue(Hidden),
        EmbeddingSize = arguments.GetValue(Embedding),
        Dropout = arguments.GetValue(Dropout),
        TieWeights = Flag(arguments, Tie),
        BatchSize = arguments.GetValue(Batch),
        WindowLength = arguments.GetValue(Window),
        Steps = arguments.GetValue(Steps),
        LearningRate = arguments.GetValue(LearningRate),
        WarmupSteps = arguments.GetValue(Warmup),
        Schedule = arguments.GetValue(LearningRateSchedule),
        WeightDecay = arguments.GetValue(Decay),
        GradientClip = arguments.GetValue(Clip),
        StateResetProbability = arguments.GetValue(Reset),
        JitterWindows = Flag(arguments, Jitter),
        InputDropout = arguments.GetValue(InputDropout),
        EmbeddingDropout = arguments.GetValue(EmbeddingDropout),
        WeightDrop = arguments.GetValue(WeightDrop),
        RecurrentInitialization = arguments.GetValue(Initialization),
        AverageDecay = arguments.GetValue(Average),
        SampledTokens = arguments.GetValue(SampledTokens),
        Patience = arguments.GetValue(Patience),
        Cycles = arguments.GetValue(Cycles),
        Arithmetic = arguments.GetValue(Arithmetic),
        ValidationShare = ShareOf(arguments),
        ValidateEvery = arguments.GetValue(Every),
        Seed = arguments.GetValue(Seed),
    };

    /// <summary>Held out by name, a text has no share to choose.</summary>
    private static double? ShareOf(ParseResult arguments) =>
        new Option[] { Held, CorpusOptions.Documents, CorpusOptions.ValidationText }.Any(o => CorpusOptions.IsGiven(arguments, o))
            ? arguments.GetValue(Held)
            : null;

    /// <summary>A flag that is absent decides nothing; <c>--tie-weights false</c> does.</summary>
    private static bool? Flag(ParseResult arguments, Option<bool> flag) =>
        arguments.GetResult(flag) is null or { Implicit: true } ? null : arguments.GetValue(flag);
}
