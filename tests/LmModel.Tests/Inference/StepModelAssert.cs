using LmModel.Inference;

namespace LmModel.Tests.Inference;

/// <summary>What holds for every step model.</summary>
internal static class StepModelAssert
{
    /// <summary>A token it does not have, logits and states of other sizes are refused and change nothing.</summary>
    public static void RefusesWhatDoesNotFit(IStepModel model, int token)
    {
        var v = model.VocabularySize;
        var state = RecurrentState.Zero(model.StateSize);

        Assert.Throws<ArgumentOutOfRangeException>(() => model.Step([token], [state], new float[v]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Step([1], [state], new float[v + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Step([1], [RecurrentState.Zero(3)], new float[v]));

        Assert.All(state.Values.ToArray(), value => Assert.Equal(0, value));
    }

    /// <summary>The part of the state that is said to be the top layer's h gives the logits: W h + b.</summary>
    public static void TellsTheTopHiddenState(IStepModel model, PyTorchFixture fixture)
    {
        var (state, logits) = (RecurrentState.Zero(model.StateSize), new float[model.VocabularySize]);
        model.Step([1], [state], logits);
        model.Step([2], [state], logits);
        var h = state.Values[model.TopHidden].ToArray();
        var (weight, bias) = (
            fixture.Weights[fixture.Config.TieWeights ? "embedding.weight" : "fc.weight"],
            fixture.Weights["fc.bias"]
        );

        Close(
            [.. bias.Select((b, row) => b + weight.Skip(row * h.Length).Take(h.Length).Zip(h, (w, x) => w * x).Sum())],
            logits,
            1e-5f);
    }

    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance);
        }
    }
}
