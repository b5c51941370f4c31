using LmModel.Checkpoints;

namespace LmModel.Tests.Checkpoints;

public sealed class PyTorchFilesTests
{
    public static TheoryData<string> Names => PyTorchFixture.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_state_dict_matches_the_names_shapes_and_types_of_the_configuration(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var reader = SafeTensorsReader.Open(PyTorchFixture.WeightsPath(name));
        Assert.Equal(
            fixture.Config.ParameterShapes.Select(p => $"{p.Name} F32 {TensorInfo.Show(p.Shape)}").Order(),
            reader.Tensors.Select(t => $"{t.Name} {t}").Order());
        Assert.All(fixture.Weights.Values.SelectMany(w => w), w => Assert.InRange(w, -0.8f, 0.8f));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_expected_values_match_the_shapes_of_the_configuration(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        var config = fixture.Config;
        Assert.Equal((3, 7), (fixture.Batch, fixture.Time));
        Assert.All(fixture.Tokens.Cast<long>(), token => Assert.InRange(token, 0, config.VocabularySize - 1));
        Assert.Equal(fixture.Tokens.Length * config.VocabularySize, fixture.Logits.Length);
        Assert.Equal(config.Layers * fixture.Batch * config.HiddenSize, fixture.H.Length);
        Assert.Equal(config.StateVectors == 2, fixture.C is not null);
        Assert.Equal(fixture.Logits[^config.VocabularySize..], fixture.LogitsAt(2, 6).ToArray());
    }
}
