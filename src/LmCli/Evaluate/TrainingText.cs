using LmModel.Corpora;
using LmModel.Evaluation.Leaks;

namespace LmCli.Evaluate;

/// <summary>Text that a model was trained on, read from disk a piece at a time.</summary>
internal static class TrainingText
{
    /// <summary>Looks for the scored text in every document of another.</summary>
    public static LeakReport Search(CorpusText training, string scored, int window, CancellationToken cancellation)
    {
        var check = new LeakCheck(scored, window, cancellation);
        foreach (var (document, text) in training.Parts)
        {
            check.Begin(document);
            foreach (var piece in text.Pieces())
            {
                cancellation.ThrowIfCancellationRequested();
                check.Read(piece);
            }
        }

        return check.Report();
    }
}
