using LmModel.Generation;
using LmModel.Inference;
using LmModel.Scoring;
using LmModel.Tokenization;

namespace LmModel.Units.Activations;

/// <summary>
/// Reads texts with an engine and reports the activations of units: they wait in its queue and share its batches with
/// everything else that it runs.
/// </summary>
/// <param name="tryStart">Admits a generation; null if the engine is full.</param>
/// <param name="tokenizer">The tokenizer of the model.</param>
/// <param name="layout">Where the units are in a state.</param>
internal sealed class ActivationReader(
    Func<GenerationSettings, CancellationToken, AdmittedGeneration?> tryStart, Tokenizer tokenizer, HiddenLayout layout)
{
    /// <param name="tokens">Ids below V.</param>
    /// <param name="units">The units to report.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">The network does not have one of the units.</exception>
    /// <exception cref="EngineFullException">The engine is full.</exception>
    public async Task<TextActivations> ReadAsync(
        int[] tokens, IReadOnlyList<UnitIndex> units, CancellationToken cancellation)
    {
        var settings = new GenerationSettings
        {
            PromptTokens = tokens,
            MaxTokens = 0,
            Seed = 0,
            Recorded = [.. units.Select(unit => layout.IndexOf(unit.Layer, unit.Unit))],
        };
        float[] recorded = [];                                                // (n, units)
        await foreach (var item in (tryStart(settings, cancellation) ?? throw new EngineFullException()).Events)
        {
            recorded = item.Done?.Recorded ?? recorded;
        }

        var decoder = new TokenTextDecoder(tokenizer);
        return new(
            [.. tokens.Select(id => new ReadToken(id, decoder.Append(id)))],
            [.. units.Select((unit, u) => new UnitActivations(unit, Column(recorded, u, units.Count)))]);
    }

    private static float[] Column(float[] rows, int column, int width)
    {
        var values = new float[rows.Length / width];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = rows[(row * width) + column];
        }

        return values;
    }
}
