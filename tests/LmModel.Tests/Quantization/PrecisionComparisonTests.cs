using LmModel.Evaluation;
using LmModel.Inference.Managed;
using LmModel.Quantization;
using LmModel.Quantization.Measurement;
using LmModel.Tokenization;

namespace LmModel.Tests.Quantization;

public sealed class PrecisionComparisonTests
{
    [Theory]
    [InlineData(2.0000, 2.0001, 2.0002, Precision.Int8)]
    [InlineData(2.0000, 2.0001, 2.0011, Precision.Bf16)]
    [InlineData(2.0000, 2.0011, 2.0002, Precision.Int8)]
    [InlineData(2.0000, 2.0011, 2.0011, Precision.Fp32)]
    [InlineData(2.0000, 2.0001, 1.9980, Precision.Bf16)] // better by luck is different too
    [InlineData(2.0000, 2.0001, double.NaN, Precision.Bf16)]
    [InlineData(double.NaN, 2.0001, 2.0002, Precision.Fp32)]
    public void The_smallest_precision_within_the_tolerance_is_chosen(
        double fp32,
        double bf16,
        double int8,
        Precision expected
    ) =>
        Assert.Equal(
            expected,
            PrecisionComparison.Choose([
                Result(Precision.Fp32, fp32, 4000),
                Result(Precision.Bf16, bf16, 2000),
                Result(Precision.Int8, int8, 1000),
            ]));

    [Fact]
    public void The_tolerance_is_exclusive() => Assert.Equal(
        Precision.Fp32,
        PrecisionComparison.Choose(
            [Result(Precision.Fp32, 0, 4), Result(Precision.Int8, PrecisionComparison.Tolerance, 1)]));

    [Fact]
    public void Every_precision_gets_the_score_of_an_evaluator()
    {
        var fixture = PyTorchFixture.Load("gru");
        var tokenizer = CharacterTokenizer.FromCorpus("abcdefghijk");
        int[] text = [.. Enumerable.Range(0, 100).Select(i => i * i % 11)];
        ManagedStepModel Open(Precision precision) => new(fixture.Network, precision, threads: 1);

        var results = PrecisionComparison.Measure(Open, tokenizer, text, window: 10);

        Assert.Equal([Precision.Fp32, Precision.Bf16, Precision.Int8], results.Select(r => r.Precision));
        foreach (var result in results)
        {
            using var model = Open(result.Precision);
            Assert.Equal(new Evaluator(model, tokenizer).Evaluate(text, Protocol.ColdWindows, 10), result.Loss);
            Assert.Equal(model.BytesPerStep, result.BytesPerToken);
        }
    }

    private static PrecisionResult Result(Precision precision, double nats, long bytes) =>
        new(precision, new(Protocol.ColdWindows, 256, 1, nats, 1, 1), bytes);
}
