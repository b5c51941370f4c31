using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Evaluation;

/// <summary>How improbable given continuations are after given prompts, which are read from the zero state.</summary>
internal static class ContinuationLoss
{
    /// <summary>Texts read side by side.</summary>
    private const int AtOnce = 64;

    /// <summary>Tokens of a prompt that are read in one call, which bounds its buffers.</summary>
    private const int Slice = 64;

    /// <param name="model">The model; left open.</param>
    /// <param name="prompts">Each at least one token.</param>
    /// <param name="continuations">One for each prompt.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>−ln p of each continuation as a whole.</returns>
    public static double[] Of(
        IStepModel model, IReadOnlyList<int[]> prompts, IReadOnlyList<int[]> continuations,
        CancellationToken cancellation) =>
        After(model, Read(model, prompts, cancellation), continuations, cancellation);

    /// <summary>The states after prompts.</summary>
    private static RecurrentState[] Read(
        IStepModel model, IReadOnlyList<int[]> prompts, CancellationToken cancellation)
    {
        var states = prompts.Select(_ => RecurrentState.Zero(model.StateSize)).ToArray();
        foreach (var texts in Enumerable.Range(0, prompts.Count).Chunk(AtOnce))
        {
            for (var start = 0; texts.Any(i => start < prompts[i].Length); start += Slice)
            {
                cancellation.ThrowIfCancellationRequested();
                int[] open = [.. texts.Where(i => start < prompts[i].Length)];
                var slices = Array.ConvertAll(open, i => prompts[i][start..Math.Min(start + Slice, prompts[i].Length)]);
                model.Advance(
                    slices.SelectMany(slice => slice).ToArray(), Array.ConvertAll(slices, slice => slice.Length),
                    Array.ConvertAll(open, i => states[i]), []);
            }
        }

        return states;
    }

    /// <summary>−ln p of each continuation; the states, which must have read something, are overwritten.</summary>
    private static double[] After(
        IStepModel model, RecurrentState[] states, IReadOnlyList<int[]> continuations, CancellationToken cancellation)
    {
        var nats = new double[states.Length];
        var logits = new float[AtOnce * model.VocabularySize];
        foreach (var texts in Enumerable.Range(0, states.Length).Chunk(AtOnce))
        {
            for (var t = 0; texts.Any(i => t < continuations[i].Length); t++)
            {
                cancellation.ThrowIfCancellationRequested();
                int[] open = [.. texts.Where(i => t < continuations[i].Length)];
                var lengths = new int[open.Length];
                Array.Fill(lengths, Math.Min(t, 1));
                model.Advance(
                    t == 0 ? [] : Array.ConvertAll(open, i => continuations[i][t - 1]), lengths,
                    Array.ConvertAll(open, i => states[i]), logits.AsSpan(0, open.Length * model.VocabularySize));
                model.Share(open.Length, row =>
                {
                    var own = logits.AsSpan(row * model.VocabularySize, model.VocabularySize);
                    nats[open[row]] += Logprobs.LogSumExp(own) - own[continuations[open[row]][t]];
                });
            }
        }

        return nats;
    }
}
