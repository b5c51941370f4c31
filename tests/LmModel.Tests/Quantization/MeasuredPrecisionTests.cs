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
    public void Without_evidence_a_model_is_served_in_fp32()
    {
        Save(Gru);
        Assert.Null(Open().PrecisionReport);
        Assert.Equal(Precision.Fp32, Open().DefaultPrecision);
    }

    [Fact]
    public void A_precision_that_was_measured_is_the_default()
    {
        Save(Gru);
        Open().SavePrecision(Report());
        Assert.Equal(Precision.Bf16, Open().DefaultPrecision);
        Assert.Equal(Report().Figures, Open().PrecisionReport!.Figures);
    }

    [Fact]
    public void A_precision_measured_for_other_weights_is_refused_but_can_be_measured_again()
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
    public void A_precision_is_not_called_that_of_other_weights_where_these_are_broken()
    {
        Save(Gru);
        Open().SavePrecision(Report());
        File.WriteAllText(Folder["model.safetensors"], "Entry not found");
        Assert.StartsWith("- model.safetensors: ", Assert.Single(Problems()));
    }

    [Fact]
    public void A_broken_precision_report_is_named_beside_other_faults()
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
    public void A_model_saved_over_another_does_not_inherit_its_precision()
    {
        Save(Gru);
        Open().SavePrecision(Report());
        Save(PyTorchFixture.Load("lstm"));
        Assert.Null(Open().PrecisionReport);
    }

    private PrecisionReport Report() => PrecisionFileTests.Report with { WeightsSha256 = Open().WeightsSha256 };
}
