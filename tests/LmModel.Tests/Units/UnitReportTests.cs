using LmModel.Checkpoints;
using LmModel.Tests.Checkpoints;
using LmModel.Units;

namespace LmModel.Tests.Units;

public sealed class UnitReportTests : SavedModelTests
{
    [Fact]
    public void A_saved_report_is_read_with_the_folder()
    {
        Save(Gru);
        Assert.Null(Open().Units);
        Open().SaveUnits(Report());
        Assert.Equal(Report().Units, Open().Units!.Units);
    }

    [Fact]
    public void A_report_for_other_weights_is_refused_but_can_be_renewed()
    {
        Save(Gru);
        Open().SaveUnits(Report());
        SafeTensorsWriter.Write(Folder["model.safetensors"], [.. Gru.Config.ParameterShapes.Select(
            p => TensorData.Floats(p.Name, p.Shape, [.. Gru.Weights[p.Name].Select(w => -w)]))]);

        var problem = Assert.Single(Problems());
        Assert.StartsWith("- units.json: measured for other weights, with SHA-256 ", problem);
        Assert.Contains("run lm units again", problem);
        var unmeasured = ModelFolder.OpenUnmeasured(Folder.Path);
        Assert.Contains(
            "measured for weights", Assert.Throws<ArgumentException>(() => unmeasured.SaveUnits(Other)).Message);
        unmeasured.SaveUnits(Other with { WeightsSha256 = unmeasured.WeightsSha256 });
        Assert.NotNull(Open().Units);
    }

    [Fact]
    public void A_unit_that_the_network_does_not_have_is_refused()
    {
        Save(Gru);
        Open().SaveUnits(Report() with { Units = [Other.Units[0] with { Unit = Gru.Config.HiddenSize }] });
        Assert.StartsWith(
            $"- units.json: quotes: the network has no unit {Gru.Config.HiddenSize} in layer 0",
            Assert.Single(Problems()));
    }

    [Fact]
    public void Overwriting_a_model_discards_its_report()
    {
        Save(Gru);
        Open().SaveUnits(Report());
        Save(PyTorchFixture.Load("lstm"));
        Assert.Null(Open().Units);
    }

    private static UnitReport Other => UnitFileTests.Report;

    private UnitReport Report() => Other with { WeightsSha256 = Open().WeightsSha256 };
}
