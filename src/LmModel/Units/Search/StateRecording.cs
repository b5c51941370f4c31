using LmModel.Inference;

namespace LmModel.Units.Search;

/// <summary>The h of every unit after tokens of a text.</summary>
/// <param name="Layout">Where the units come from.</param>
/// <param name="Positions">(n): which tokens of the text, in its order; each half is whole blocks.</param>
/// <param name="Hidden">(L · H, n): the units of layer 0, then those of layer 1, …</param>
internal sealed record StateRecording(HiddenLayout Layout, int[] Positions, float[][] Hidden)
{
    /// <summary>Places of the text that are read at the same time, far apart: the batch, and more of the text.</summary>
    public const int Streams = 16;

    /// <summary>Tokens that a stream reads before its states count, because it begins from the zero state.</summary>
    public const int WarmUp = 256;

    /// <summary>The most tokens whose states are kept, 4 bytes a unit.</summary>
    public const int MaxTokens = 40_000;

    /// <summary>The fewest tokens of a text that leave so many blocks for each half.</summary>
    public static int FewestTokens(int blocks) =>
        Streams * (WarmUp + (BlockTest.BlockLength * ((blocks + (Streams / 2) - 1) / (Streams / 2))));

    /// <summary>Reads a text from places that are evenly distributed over it.</summary>
    /// <param name="model">The model, which remains owned by the caller.</param>
    /// <param name="tokens">At least <see cref="FewestTokens"/> for a block.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    public static StateRecording Of(IStepModel model, int[] tokens, CancellationToken cancellation)
    {
        var apart = tokens.Length / Streams;
        var length = Math.Min(apart - WarmUp, MaxTokens / Streams);
        length -= length % BlockTest.BlockLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(length, BlockTest.BlockLength, nameof(tokens));
        var layout = HiddenLayout.Of(model);
        var recording = new StateRecording(
            layout,
            [.. Enumerable.Range(0, Streams).SelectMany(s => Enumerable.Range((s * apart) + WarmUp, length))],
            [.. Enumerable.Range(0, layout.Count).Select(_ => new float[Streams * length])]);
        var states = Enumerable.Range(0, Streams).Select(_ => RecurrentState.Zero(model.StateSize)).ToArray();
        recording.Read(model, tokens, states, cancellation);
        return recording;
    }

    private void Read(IStepModel model, int[] tokens, RecurrentState[] states, CancellationToken cancellation)
    {
        var length = Positions.Length / Streams;
        for (var t = -WarmUp; t < length; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            var now = Enumerable.Range(0, Streams).Select(s => tokens[Positions[s * length] + t]).ToArray();
            model.Step(now, states, []);
            for (var s = 0; t >= 0 && s < Streams; s++)
            {
                Keep(states[s], (s * length) + t);
            }
        }
    }

    private void Keep(RecurrentState state, int at)
    {
        for (var u = 0; u < Hidden.Length; u++)
        {
            Hidden[u][at] = state.Values[Layout.IndexOf(u / Layout.Units, u % Layout.Units)];
        }
    }
}
