using System.Globalization;
using LmModel.Checkpoints;

namespace LmModel.Tests.Checkpoints;

public sealed class TiedWeightsTests : SavedModelTests
{
    [Theory]
    [InlineData(0f, true)]
    [InlineData(1f, false)]
    public void A_tied_matrix_may_be_stored_twice_if_both_copies_are_equal(float difference, bool accepted)
    {
        var tied = PyTorchFixture.Load("tied");
        Save(tied);
        float[] copy = [.. tied.Weights["embedding.weight"]];
        copy[^1] += difference;
        SafeTensorsWriter.Write(Folder["model.safetensors"],
        [
            .. tied.Config.ParameterShapes.Select(p => TensorData.Floats(p.Name, p.Shape, tied.Weights[p.Name])),
            TensorData.Floats("fc.weight", [11, 8], copy),
        ]);
        if (accepted)
        {
            Assert.DoesNotContain("fc.weight", Open().ReadWeights().ByName().Keys);
        }
        else
        {
            var last = tied.Weights["embedding.weight"][^1];
            Assert.Equal(
                [
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"- model.safetensors: fc.weight: tied to embedding.weight by tie_weights in config.json, so "
                            + $"it must be absent or the same; at [10, 7] it is {last + difference}, not {last}. If "
                            + $"the two were trained apart, tie_weights is false"),
                ],
                Problems());
        }
    }

    [Theory]
    [InlineData("embedding.weight", false)]
    [InlineData("fc.weight", false)]
    [InlineData("fc.weight", true)]
    public void A_tied_matrix_may_be_stored_under_either_name_and_in_any_type(string name, bool half)
    {
        var tied = PyTorchFixture.Load("tied");
        Save(tied);
        SafeTensorsWriter.Write(Folder["model.safetensors"], [.. tied.Config.ParameterShapes.Select(p =>
            p.Name != "embedding.weight" ? TensorData.Floats(p.Name, p.Shape, tied.Weights[p.Name])
            : half ? Halves(name, p.Shape, tied.Weights[p.Name])
            : TensorData.Floats(name, p.Shape, tied.Weights[p.Name]))]);

        var weights = Open().ReadWeights().ByName();

        Assert.Equal(tied.Config.ParameterShapes.Select(p => p.Name).Order(), weights.Keys.Order());
        Assert.Equal(
            tied.Weights["embedding.weight"].Select(w => half ? (float)(Half)w : w),
            weights["embedding.weight"]
        );
    }

    [Fact]
    public void Copies_of_a_tied_matrix_are_compared_by_value_across_types()
    {
        var tied = PyTorchFixture.Load("tied");
        Save(tied);
        float[] rounded = [.. tied.Weights["embedding.weight"].Select(w => (float)(Half)w)];
        SafeTensorsWriter.Write(Folder["model.safetensors"],
        [
            .. tied.Config.ParameterShapes.Select(p => TensorData.Floats(
                p.Name, p.Shape, p.Name == "embedding.weight" ? rounded : tied.Weights[p.Name])),
            Halves("fc.weight", [11, 8], rounded),
        ]);
        Assert.Equal(rounded, Open().ReadWeights().Embedding);
    }

    [Fact]
    public void A_copy_of_a_tied_matrix_with_another_shape_is_reported()
    {
        var tied = PyTorchFixture.Load("tied");
        Save(tied);
        SafeTensorsWriter.Write(Folder["model.safetensors"],
        [
            .. tied.Config.ParameterShapes.Select(p => TensorData.Floats(p.Name, p.Shape, tied.Weights[p.Name])),
            TensorData.Floats("fc.weight", [8, 11], tied.Weights["embedding.weight"]),
            ]
        );
        Assert.Contains(
            Problems(),
            line => line.Contains("expected F32 [11, 8], found F32 [8, 11]", StringComparison.Ordinal));
    }
}
