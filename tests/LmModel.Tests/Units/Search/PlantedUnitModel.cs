using LmModel.Inference;

namespace LmModel.Tests.Units.Search;

/// <summary>
/// Reads bytes. Two layers of three units, with h and c like an LSTM; every h is noise, except one that is smaller
/// between double quotes.
/// </summary>
/// <param name="planted">Whether there is that one.</param>
internal sealed class PlantedUnitModel(bool planted) : IStepModel
{
    public const int Layer = 1;

    public const int Unit = 2;

    private const int H = 3;

    // In the c of layer 0.
    private const int Read = H;
    private const int Inside = H + 1;
    private const int Last = H + 2;

    public int VocabularySize => 256;

    public int StateSize => 4 * H;

    public Range TopHidden => new(2 * H, 3 * H);

    public int MaxInvariantBatch => int.MaxValue;

    public void Advance(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        for (var i = 0; i < states.Length; i++)
        {
            foreach (var token in tokens[..lengths[i]])
            {
                Step(token, states[i].Values);
            }

            tokens = tokens[lengths[i]..];
        }
    }

    public void Dispose()
    {
    }

    private void Step(int token, Span<float> state)
    {
        state[Read]++;
        // A stream begins anywhere, so quotes cannot be counted: after a letter they close.
        state[Inside] = token != '"' ? state[Inside] : state[Last] == ' ' ? 1 : 0;
        state[Last] = token;
        foreach (var layer in new[] { 0, 1 })
        {
            for (var unit = 0; unit < H; unit++)
            {
                state[(layer * 2 * H) + unit] = Noise((int)state[Read], token, (layer * H) + unit);
            }
        }

        state[(Layer * 2 * H) + Unit] -= planted ? state[Inside] / 2 : 0;
    }

    /// <summary>From 0 to 1.</summary>
    private static float Noise(int read, int token, int unit)
    {
        var bits = unchecked((uint)((read * 0x2545F491) ^ (token * 0x1B873593) ^ (unit * 0x4CF5AD43)));
        bits = unchecked((bits ^ (bits >> 15)) * 2246822519u);
        bits = unchecked((bits ^ (bits >> 13)) * 3266489917u);
        return (bits >> 8) / (float)(1 << 24);
    }
}
