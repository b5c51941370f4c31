using LmModel.Evaluation.Comparison;
using LmModel.Evaluation.Ngrams;
using LmModel.Tokenization;
using LmModel.Training;

namespace LmCli.Train;

/// <summary>What something simpler needs for the text that a training held out.</summary>
internal static class TrainBaselines
{
    /// <summary>
    /// Characters that are counted and compressed at most, the last to train on and the first held out: for seconds,
    /// not minutes.
    /// </summary>
    private const int Most = 1_500_000;

    /// <returns>
    /// Of the characters' n-grams and the compressors; none if the held-out text is too short to say anything.
    /// </returns>
    public static IReadOnlyList<Baseline> Of(Trainer trainer, CancellationToken cancellation)
    {
        var training = trainer.Tokenizer.Normalize(string.Concat(trainer.Split.Training.Sample(Most)));
        var held = trainer.Tokenizer.Normalize(string.Concat(trainer.Split.Validation.Sample(Most)));
        if (held.Length < 2 || training.Length == 0)
        {
            return [];
        }

        var cut =
            trainer.Split.Training.Length > Most
                ? $", of {Most:N0} of {trainer.Split.Training.Length:N0} characters"
                : "";
        var tokenizer = CharacterTokenizer.FromCorpus(training + held);
        return
        [
            .. Baselines.Measure(training, held, tokenizer, NgramBaseline.DefaultOrder, cancellation)
                .Select(b => b with { Name = b.Name + cut }),
        ];
    }
}
