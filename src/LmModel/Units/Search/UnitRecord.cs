using LmModel.Checkpoints;
using LmModel.Corpora;

namespace LmModel.Units.Search;

/// <summary>What was found in a model by a text, as it is written into the model's folder.</summary>
internal static class UnitRecord
{
    /// <param name="folder">The model that read the text.</param>
    /// <param name="split">What was read: the text that is validated on.</param>
    /// <param name="features">What was looked for.</param>
    /// <param name="findings">What was found.</param>
    public static UnitReport Of(
        ModelFolder folder, CorpusSplit split, IReadOnlyList<IFeature> features, UnitFindings findings)
    {
        var corpus = split.ValidationCorpus ?? split.Corpus;
        return new()
        {
            WeightsSha256 = folder.WeightsSha256,
            Text = corpus.Name,
            TextSha256 = corpus.Sha256,
            TextShare = split.ScoredShare,
            HeldOut = split.HoldOut.Documents is { Count: > 0 } documents ? documents : null,
            Tokens = findings.Tokens,
            Features = [.. features.Select(feature => feature.Name)],
            Tried = findings.Tried,
            Control = findings.Control,
            Units = findings.Units,
        };
    }
}
