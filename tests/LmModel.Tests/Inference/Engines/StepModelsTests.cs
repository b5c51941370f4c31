using LmModel.Inference.Engines;
using LmModel.Inference.Managed;
using LmModel.Quantization;

namespace LmModel.Tests.Inference.Engines;

public sealed class StepModelsTests
{
    private readonly PyTorchFixture _gru = PyTorchFixture.Load("gru");

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    [InlineData(Precision.Int8)]
    public void The_managed_engine_supports_every_precision(Precision precision)
    {
        using var model = StepModels.Create(_gru.Network, InferenceEngine.Managed, precision, threads: 1);
        Assert.Equal(precision, Assert.IsType<ManagedStepModel>(model).Precision);
    }

    [Theory]
    [InlineData(InferenceEngine.Managed, null, Precision.Int8, Precision.Int8)]
    [InlineData(InferenceEngine.Managed, Precision.Bf16, Precision.Int8, Precision.Bf16)]
    [InlineData(InferenceEngine.Torch, null, Precision.Int8, Precision.Fp32)]
    [InlineData(InferenceEngine.Torch, Precision.Fp32, Precision.Int8, Precision.Fp32)]
    public void A_requested_precision_overrides_that_of_the_model(
        InferenceEngine engine, Precision? asked, Precision modelDefault, Precision expected) =>
        Assert.Equal(expected, StepModels.PrecisionFor(engine, asked, modelDefault));

    [Fact]
    public void Torch_is_not_used_for_precisions_that_it_lacks() => Assert.Throws<ArgumentException>(
        () => StepModels.PrecisionFor(InferenceEngine.Torch, Precision.Int8, Precision.Fp32));

    [Fact]
    public void The_torch_engine_supports_fp32_only()
    {
        StepModels.Create(_gru.Network, InferenceEngine.Torch, Precision.Fp32, threads: 1).Dispose();
        Assert.Equal(
            "The torch engine supports fp32 only, not int8; the managed engine supports all precisions.",
            Assert.Throws<ArgumentException>(
                () => StepModels.Create(_gru.Network, InferenceEngine.Torch, Precision.Int8, threads: 1)).Message);
    }
}
