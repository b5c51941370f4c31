using LmModel.Checkpoints;
using LmModel.Quantization;
using LmModel.Tests.Checkpoints;

namespace LmModel.Tests.Quantization;

public sealed class MeasuredPrecisionTests : SavedModelTests
{
    [Fact]
    public void Half_precision_weights_are_widened()
    {
        Save(Gru);
        SafeTensorsWriter.Write(
            Folder["model.safetensors"],
            [.. Gru.Config.ParameterShapes.Select(p => Halves(p.Name, p.Shape, Gru.Weights[p.Name]))]);
        Assert.Equal(Gru.Weights["fc.bias"].Select(w => (float)(Half)w), Open().ReadWeights().OutputBias);
    }

    [Fact]
    public void Without_a_precision_report_the_default_is_fp32()
    {
        Save(Gru);
        Assert.Null(Open().PrecisionReport);
        Assert.Equal(Precision.Fp32, Open().DefaultPrecision);
    }

    [Fact]
    public void A_measured_precision_becomes_the_default()
    {
        Save(Gru);
        Open().SavePrecision(Report());
        Assert.Equal(Precision.Bf16, Open().DefaultPrecision);
        Assert.Equal(Report().Figures, Open().PrecisionReport!.Figures);
    }

    [Fact]
    public void A_precision_report_for_other_weights_is_refused_but_can_be_renewed()
    {
        Save(Gru);
        var report = Report();
        Open().SavePrecision(report);
        SafeTensorsWriter.Write(Folder["model.safetensors"], [.. Gru.Config.ParameterShapes.Select(
            p => TensorData.Floats(p.Name, p.Shape, [.. Gru.Weights[p.Name].Select(w => -w)]))]);

        var problem = Assert.Single(Problems());
        Assert.StartsWith(
            $"- precision.json: measured for other weights, with SHA-256 {report.WeightsSha256}",
            problem);
        Assert.Contains("run lm quantize again", problem);
        var unmeasured = ModelFolder.OpenUnmeasured(Folder.Path);
        Assert.Contains(
            "measured for weights",
            Assert.Throws<ArgumentException>(() => unmeasured.SavePrecision(report)).Message);
        unmeasured.SavePrecision(report with { WeightsSha256 = unmeasured.WeightsSha256 });
        Assert.Equal(Precision.Bf16, Open().DefaultPrecision);
    }

    [Fact]
    public void Broken_weights_are_not_reported_as_a_precision_mismatch()
    {
        Save(Gru);
        Open().SavePrecision(Report());
        File.WriteAllText(Folder["model.safetensors"], "Entry not found");
        Assert.StartsWith("- model.safetensors: ", Assert.Single(Problems()));
    }

    [Fact]
    public void A_broken_precision_report_is_listed_with_other_errors()
    {
        Save(Gru);
        File.WriteAllText(Folder["precision.json"], "{}");
        File.Delete(Folder["model.safetensors"]);
        Assert.Contains("- model.safetensors: missing", Problems());
        Assert.Contains("- precision.json: format_version is missing; expected 1", Problems());
    }

    [Fact]
    public void An_invalid_precision_report_is_not_written()
    {
        Save(Gru);
        var report = Report() with { Figures = [], Tokens = 0 };
        var message = Assert.Throws<ArgumentException>(() => Open().SavePrecision(report)).Message;
        Assert.Contains("figures lacks fp32", message);
        Assert.Contains("tokens must be at least 1", message);
        Assert.DoesNotContain("precision.json", Folder.Files);
    }

    [Fact]
    public void Overwriting_a_model_discards_its_precision_report()
    {
        Save(Gru);
        Open().SavePrecision(Report());
        Save(PyTorchFixture.Load("lstm"));
        Assert.Null(Open().PrecisionReport);
    }

    private PrecisionReport Report() => PrecisionFileTests.Report with { WeightsSha256 = Open().WeightsSha256 };
}
