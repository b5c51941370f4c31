using LmModel.Evaluation;
using LmModel.Quantization;
using LmModel.Quantization.Measurement;

namespace LmModel.Tests.Checkpoints;

public sealed class BrainFloatWeightsTests : SavedModelTests
{
    [Fact]
    public void Matrices_are_stored_as_the_nearest_bf16_and_biases_exactly()
    {
        Save(Gru);
        var before = Open();

        var stored = before.StoreInBf16();

        Assert.True(stored.WeightsBytes < 0.7 * before.WeightsBytes);
        Assert.NotEqual(before.WeightsSha256, stored.WeightsSha256);
        foreach (var (name, shape, values) in stored.ReadWeights().Named)
        {
            var original = Gru.Weights[name];
            Assert.All(values.Zip(original), pair => Assert.True(
                shape.Length == 1 ? pair.First == pair.Second : IsNearest(pair.First, pair.Second), name));
        }
    }

    [Fact]
    public void Storing_again_changes_no_byte()
    {
        Save(Gru);
        var once = Open().StoreInBf16();

        Assert.Equal(once.WeightsSha256, once.StoreInBf16().WeightsSha256);
    }

    [Fact]
    public void What_was_measured_for_the_old_weights_is_removed_and_the_rest_stays()
    {
        Save(Gru);
        var folder = Open();
        File.WriteAllText(Path.Combine(Folder.Path, "precision.json"), "{}");
        folder.SaveDefaults(new() { Sampling = new() { Temperature = 0.5f } });

        var stored = folder.StoreInBf16();

        Assert.Null(stored.PrecisionReport);
        Assert.Equal(0.5f, stored.Defaults.Sampling.Temperature);
        Assert.Equal("# Card", stored.Card);
    }

    [Theory]
    [InlineData(2.0005, true)]
    [InlineData(2.002, false)]
    [InlineData(1.998, false)]
    [InlineData(double.NaN, false)]
    public void A_precision_is_harmless_within_the_tolerance(double loss, bool harmless)
    {
        PrecisionResult Of(Precision precision, double nats) =>
            new(precision, new(Protocol.ColdWindows, 256, 10, nats * 10, 10, 10), 1);
        PrecisionResult[] results = [Of(Precision.Fp32, 2), Of(Precision.Bf16, loss)];

        var error = Record.Exception(() => PrecisionComparison.RequireHarmless(results, Precision.Bf16));

        Assert.Equal(harmless, error is null);
        Assert.True(harmless || error!.Message.Contains("in fp32 2.00000", StringComparison.Ordinal));
    }

    /// <summary>Within half of the distance to the next number with 8 bits.</summary>
    private static bool IsNearest(float rounded, float value) =>
        (BitConverter.SingleToUInt32Bits(rounded) & 0xFFFF) == 0
        && Math.Abs(rounded - value) <= Math.ScaleB(1, Math.ILogB(value) - 8);
}
