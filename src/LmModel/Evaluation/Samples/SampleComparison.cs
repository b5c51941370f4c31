using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Evaluation.Samples;

/// <summary>What a model writes, drawn in several ways, beside what really follows.</summary>
internal sealed record SampleComparison
{
    /// <summary>How many texts there are of each way.</summary>
    public required int Texts { get; init; }

    /// <summary>What was measured, in the order in which it is shown.</summary>
    public required IReadOnlyList<ISampleMeasure> Measures { get; init; }

    public required SampleReport HeldOut { get; init; }

    public required IReadOnlyList<SamplingSettings> Ways { get; init; }

    /// <summary>By way.</summary>
    public required IReadOnlyList<SampleReport> Reports { get; init; }

    /// <summary>Another model, drawn from as its own folder says; null for none.</summary>
    public SampleReport? Other { get; init; }

    /// <summary>The index of the way that <see cref="SampleChoice"/> chooses; null without the training text.</summary>
    public int? Chosen { get; init; }

    /// <param name="model">The model and its step model.</param>
    /// <param name="ways">Ways to draw; at least one.</param>
    /// <param name="text">The held-out text, of which the passages are.</param>
    /// <param name="passages">Beginnings to continue.</param>
    /// <param name="training">What the model has read; null leaves out what needs it.</param>
    /// <param name="mostCounted">Characters of it in which n-grams are counted at most, spread evenly.</param>
    /// <param name="other">Another model; null for none.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public static async Task<SampleComparison> OfAsync(
        (ModelFolder Folder, IStepModel Stepping) model, IReadOnlyList<SamplingSettings> ways, string text,
        IReadOnlyList<SampleText> passages, CorpusText? training, long mostCounted,
        (ModelFolder Folder, IStepModel Stepping)? other, CancellationToken cancellation)
    {
        var drawn = await SampleDrawing.DrawAsync(model.Folder, model.Stepping, passages, ways, cancellation);
        var ofOther = other is var (folder, stepping)
            ? await SampleDrawing.DrawAsync(folder, stepping, passages, [folder.Defaults.Sampling], cancellation)
            : [];
        var measures = SampleMeasures.For(model.Folder.Tokenizer, training, mostCounted, text, cancellation);
        var reports = SampleReport.Of([passages, .. drawn, .. ofOther], measures, cancellation);
        IReadOnlyList<SampleReport> ofWays = [.. reports.Skip(1).Take(ways.Count)];
        return new()
        {
            Texts = passages.Count,
            Measures = measures,
            HeldOut = reports[0],
            Ways = ways,
            Reports = ofWays,
            Other = other is null ? null : reports[^1],
            Chosen = training is null ? null : SampleChoice.Of(reports[0], ofWays),
        };
    }
}
