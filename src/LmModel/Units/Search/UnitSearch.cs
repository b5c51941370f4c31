using LmModel.Inference;
using LmModel.Tokenization;

namespace LmModel.Units.Search;

/// <summary>What a search found, and what it takes to judge it.</summary>
/// <param name="Tokens">Tokens that were compared, half of them to choose and half to judge.</param>
/// <param name="Tried">Pairs of a unit and a feature.</param>
/// <param name="Control">Units found for the same labels at other tokens.</param>
/// <param name="Units">At most one unit for a feature, the largest AUC first.</param>
internal sealed record UnitFindings(int Tokens, long Tried, int Control, IReadOnlyList<FoundUnit> Units);

/// <summary>
/// Finds units whose h tells tokens with a feature from others. One half of the text chooses a unit for each feature;
/// the other half, which had no part in that, says how well it does.
/// </summary>
/// <param name="model">The model, which remains owned by the caller.</param>
/// <param name="tokenizer">The tokenizer of the model.</param>
internal sealed class UnitSearch(IStepModel model, Tokenizer tokenizer)
{
    /// <summary>The fewest tokens of a text with which anything can be significant.</summary>
    public int FewestTokens(int features) =>
        StateRecording.FewestTokens(BlockTest.FewestBlocks((long)features * Units));

    private int Units => HiddenLayout.Of(model).Count;

    /// <param name="tokens">The text.</param>
    /// <param name="features">What to look for.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ArgumentException">The text is too short for anything to be significant.</exception>
    public UnitFindings Run(int[] tokens, IReadOnlyList<IFeature> features, CancellationToken cancellation = default)
    {
        if (tokens.Length < FewestTokens(features.Count))
        {
            throw new ArgumentException(
                $"The text has {tokens.Length} tokens; with {Units} units and {features.Count} features it takes at "
                    + $"least {FewestTokens(features.Count)} for anything to be significant.");
        }

        var recording = StateRecording.Of(model, tokens, cancellation);
        var labels = FeatureLabels.Of(features, tokenizer, tokens, recording.Positions).Where(l => l.Vary).ToList();
        var moved = labels.ConvertAll(l => l.Elsewhere());
        var tried = (long)labels.Count * Units;
        var found = Significant(recording, [.. labels, .. moved], tried, cancellation);
        return new(
            recording.Positions.Length,
            tried,
            found[labels.Count..].Count(unit => unit is not null),
            [.. found[..labels.Count].OfType<FoundUnit>().OrderByDescending(unit => unit.Auc)]);
    }

    /// <returns>For each feature the unit that was chosen, or null if it is not significant.</returns>
    private static FoundUnit?[] Significant(
        StateRecording recording, FeatureLabels[] labels, long tried, CancellationToken cancellation)
    {
        var half = recording.Positions.Length / 2;
        var aucs = new double[recording.Hidden.Length][];                     // (L · H, features)
        Parallel.For(0, aucs.Length, new() { CancellationToken = cancellation }, u =>
        {
            var ranks = Ranks.Of(recording.Hidden[u].AsSpan(0, half));
            aucs[u] = Array.ConvertAll(labels, l => Ranks.Auc(ranks, l.Values.AsSpan(0, half)));
        });
        return
        [
            .. labels.Select((l, f) =>
            {
                var chosen = Enumerable.Range(0, aucs.Length).MaxBy(u => Math.Abs(aucs[u][f] - 0.5));
                var unit = Judge(recording, l, chosen, aucs[chosen][f] < 0.5 ? -1 : 1, tried);
                return unit.PValue < BlockTest.Level ? unit : null;
            }),
        ];
    }

    private static FoundUnit Judge(StateRecording recording, FeatureLabels labels, int unit, int sign, long tried)
    {
        var half = recording.Positions.Length / 2;
        var held = labels.Values.AsSpan(half);
        var ranks = Ranks.Of(recording.Hidden[unit].AsSpan(half));
        var auc = Ranks.Auc(ranks, held);
        return new()
        {
            Feature = labels.Feature.Name,
            Meaning = labels.Feature.Meaning(labels.Cut),
            Layer = unit / recording.Layout.Units,
            Unit = unit % recording.Layout.Units,
            Sign = sign,
            Auc = sign > 0 ? auc : 1 - auc,
            Share = (double)held.Count(true) / held.Length,
            PValue = BlockTest.PValue(ranks, held, sign, tried),
        };
    }
}
