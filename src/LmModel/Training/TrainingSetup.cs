using LmModel.Corpora;
using LmModel.Tokenization;
using LmModel.Training.Batches;
using LmModel.Training.Planning;
using LmModel.Training.Settings;

namespace LmModel.Training;

/// <summary>
/// What a training is prepared from: a corpus, what is decided about it, the plan that decides the rest, and the split.
/// <see cref="Start"/> makes the tokenizer and the <see cref="Trainer"/>.
/// </summary>
internal sealed class TrainingSetup
{
    /// <summary>The time that a training is planned for where neither a time nor steps are decided.</summary>
    public const double DefaultMinutes = 20;

    /// <summary>Characters that are enough tokens for every window, even at a hundred a token.</summary>
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
    /// The time that was planned for, and the speed of this machine; null where the steps were decided.
    /// </summary>
    public TrainingTime? Time { get; }

    /// <summary>Tokenizer, network and settings, with a reason for each.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>The text to train on and the text to validate on.</summary>
    public CorpusSplit Split { get; }

    /// <summary>Plans a training. Where no steps are decided, this measures the machine for most of a second.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="choices">What is decided already.</param>
    /// <param name="holdOut">
    /// What is validated on; null for a share. Its share counts where it names documents or a text, and otherwise the
    /// plan's.
    /// </param>
    /// <param name="minutes">The time to plan for, above 0; unused where the steps are decided.</param>
    /// <exception cref="ArgumentException">The choices or the time are invalid.</exception>
    /// <exception cref="CorpusException">The corpus cannot be split so.</exception>
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
            // A named part has no share to choose.
            choices = choices with { ValidationShare = choices.ValidationShare ?? holdOut.Share };
        }

        var time = choices.Steps is null ? new TrainingTime(minutes, MachineSpeed.Measure(choices.Arithmetic)) : null;
        return new(CorpusFacts.Of(corpus.Text.Pieces()), choices, time, corpus, holdOut);
    }

    /// <summary>What would be planned for another time, by the speed that was measured.</summary>
    /// <exception cref="InvalidOperationException">The steps were decided, so no speed was measured.</exception>
    public TrainingPlan PlanFor(double minutes) => TrainingPlan.Make(
        _facts, _choices,
        (Time ?? throw new InvalidOperationException("A training of decided steps has no time to plan for.")) with
        {
            Minutes = minutes,
        });

    /// <summary>Makes the tokenizer and a new training that will write to <paramref name="folder"/>.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="card">The model card.</param>
    /// <param name="rules">How the tokenizer treats a text; null for the defaults.</param>
    /// <remarks>Ends, and leaves nothing behind, with the cancellation token that the corpus was opened with.</remarks>
    /// <exception cref="ArgumentException">
    /// Rules, settings, network and text do not fit; the message names every problem.
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
            // The plan only estimates how many longer tokens a text has.
            var tokens = tokenizer.Encode(Split.Training.ReadToEnd(), cancellation).Length;
            settings = ContiguousBatches.Fit(settings, tokens);
        }

        return Trainer.Start(Split, tokenizer, network, settings, folder, card);
    }

    /// <summary>An empty prompt begins as a line does, where the vocabulary has line breaks.</summary>
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
