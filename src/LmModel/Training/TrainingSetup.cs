using LmModel.Corpora;
using LmModel.Tokenization;
using LmModel.Training.Batches;
using LmModel.Training.Planning;
using LmModel.Training.Settings;

namespace LmModel.Training;

/// <summary>
/// The preparation of a training: a corpus, the choices of the user, the plan that decides the rest, and the split.
/// <see cref="Start"/> creates the tokenizer and the <see cref="Trainer"/>.
/// </summary>
internal sealed class TrainingSetup
{
    /// <summary>The time that a training is planned for if neither a time nor steps are given.</summary>
    public const double DefaultMinutes = 20;

    /// <summary>Number of characters that provides enough tokens for any window, even with a hundred characters per
    /// token.</summary>
    private const long LongerThanAnyNeeds = 2_000_000;

    private readonly CorpusFacts _facts;
    private readonly TrainingChoices _choices;

    private TrainingSetup(
        CorpusFacts facts, TrainingChoices choices, TrainingTime? time, Corpus corpus, HoldOut holdOut)
    {
        (_facts, _choices, Time) = (facts, choices, time);
        Plan = TrainingPlan.Make(facts, choices, time);
        Split = corpus.Split(holdOut with { Share = Plan.Settings.ValidationShare });
    }

    /// <summary>
    /// The time to plan for, and the speed of this machine; null if the number of steps was given.
    /// </summary>
    public TrainingTime? Time { get; }

    /// <summary>Tokenizer, network and settings, with a reason for each decision.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>The text to train on and the text to validate on.</summary>
    public CorpusSplit Split { get; }

    /// <summary>Plans a training. If no number of steps is given, this measures the machine for most of a
    /// second.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="choices">The choices that have already been made.</param>
    /// <param name="holdOut">
    /// What to validate on; null for a share. If it does not name documents or a text, the share of the plan is used.
    /// </param>
    /// <param name="minutes">The time to plan for, above 0; unused if the number of steps is given.</param>
    /// <exception cref="ArgumentException">The choices or the time are invalid.</exception>
    /// <exception cref="CorpusException">The corpus cannot be split in this way.</exception>
    public static TrainingSetup For(
        Corpus corpus, TrainingChoices choices, HoldOut? holdOut = null, double minutes = DefaultMinutes)
    {
        if (choices.Problems().ToList() is { Count: > 0 } problems)
        {
            throw new ArgumentException($"This cannot be trained: {string.Join("; ", problems)}.");
        }

        holdOut ??= new();
        if (holdOut.IsNamed)
        {
            // A validation set that is specified by name has no share to choose.
            choices = choices with { ValidationShare = choices.ValidationShare ?? holdOut.Share };
        }

        var time = choices.Steps is null ? new TrainingTime(minutes, MachineSpeed.Measure(choices.Arithmetic)) : null;
        return new(CorpusFacts.Of(corpus.Text.Pieces()), choices, time, corpus, holdOut);
    }

    /// <summary>The plan for a different time, with the measured speed.</summary>
    /// <exception cref="InvalidOperationException">The number of steps was given, so no speed was measured.</exception>
    public TrainingPlan PlanFor(double minutes) => TrainingPlan.Make(
        _facts, _choices,
        (Time ?? throw new InvalidOperationException("A training with a given number of steps has no "
            + "time to plan for.")) with
        {
            Minutes = minutes,
        });

    /// <summary>Creates the tokenizer and a new training that will write to <paramref name="folder"/>.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="card">The model card.</param>
    /// <param name="rules">How the tokenizer treats a text; null for the defaults.</param>
    /// <remarks>Cancelling the token with which the corpus was opened also stops this and leaves no files
    /// behind.</remarks>
    /// <exception cref="ArgumentException">
    /// Rules, settings, network and text do not fit together; the message lists every problem.
    /// </exception>
    public Trainer Start(string folder, ModelCard card, TokenizerRules? rules = null)
    {
        var cancellation = Split.Corpus.Cancellation;
        var tokenizer = CorpusTokenizer.Make(Plan.Tokenizer, Plan.Vocabulary, Split, rules ?? new(), cancellation);
        var network = Plan.Network with
        {
            VocabularySize = tokenizer.VocabularySize,
            StartToken = StartToken(tokenizer),
        };
        var settings = Plan.Settings;
        if (_choices.BatchSize is null && _choices.WindowLength is null && Split.Training.Length < LongerThanAnyNeeds)
        {
            // The plan only estimates how many tokens a text has if they are longer than a character.
            var tokens = tokenizer.Encode(Split.Training.ReadToEnd(), cancellation).Length;
            settings = ContiguousBatches.Fit(settings, tokens);
        }

        return Trainer.Start(Split, tokenizer, network, settings, folder, card);
    }

    /// <summary>An empty prompt starts like a new line if the vocabulary has line breaks.</summary>
    private static int StartToken(Tokenizer tokenizer)
    {
        try
        {
            return tokenizer.Encode("\n") is [var id] ? id : 0;
        }
        catch (UnknownCharacterException)
        {
            return 0;
        }
    }
}
