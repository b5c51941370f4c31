using LmModel.Networks;
using static TorchSharp.torch;

namespace LmModel.Tests.Networks;

public sealed class LanguageModelTests
{
    public static TheoryData<string> Fixtures => PyTorchFixture.Names;

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void PyTorch_weights_give_the_logits_and_state_of_PyTorch(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var scope = NewDisposeScope();
        using var model = new LanguageModel(fixture.Config);
        model.LoadWeights(fixture.Network);
        model.eval();

        var tokens = tensor(fixture.Tokens.Cast<long>().ToArray()).view(fixture.Batch, fixture.Time);
        var (logits, state) = model.Forward(tokens, null);

        AssertClose(fixture.Logits, logits.ToFloats());
        AssertClose(fixture.H, state.H.ToFloats());
        Assert.Equal(fixture.C is null, state.C is null);
        if (fixture.C is not null)
        {
            AssertClose(fixture.C, state.C!.ToFloats());
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Written_weights_are_read_back_unchanged(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new LanguageModel(fixture.Config);

        model.LoadWeights(fixture.Network);

        var read = model.ReadWeights().ByName();
        Assert.Equal(fixture.Config.ParameterShapes.Select(p => p.Name), read.Keys);
        Assert.All(read, p => Assert.Equal(fixture.Weights[p.Key], p.Value));
    }

    [Theory]
    [InlineData(Cell.Lstm, false, 1)]
    [InlineData(Cell.Gru, true, 2)]
    [InlineData(Cell.RnnTanh, false, 3)]
    public void Parameter_names_and_shapes_follow_the_configuration(Cell cell, bool tied, int layers)
    {
        var config = new ModelConfig
        {
            Cell = cell,
            VocabularySize = 7,
            EmbeddingSize = tied ? 5 : 4,
            HiddenSize = 5,
            Layers = layers,
            TieWeights = tied,
        };
        using var model = new LanguageModel(config);

        Assert.Equal(
            config.ParameterShapes.Select(p => $"{p.Name} ({string.Join(", ", p.Shape)})"),
            model.NamedWeights().Select(p => $"{p.Name} ({string.Join(", ", p.Value.shape)})"));
        Assert.Equal(config.ParameterCount, model.parameters().Sum(p => p.numel()));
    }

    [Fact]
    public void Reading_in_two_pieces_with_carried_state_matches_reading_at_once()
    {
        var fixture = PyTorchFixture.Load("lstm");
        using var scope = NewDisposeScope();
        using var model = new LanguageModel(fixture.Config);
        model.LoadWeights(fixture.Network);
        model.eval();
        var tokens = tensor(fixture.Tokens.Cast<long>().ToArray()).view(fixture.Batch, fixture.Time);

        var (first, state) = model.Forward(tokens.narrow(1, 0, 3), null);
        var (second, _) = model.Forward(tokens.narrow(1, 3, fixture.Time - 3), state);

        AssertClose(fixture.Logits, cat([first, second], 1).ToFloats());
    }

    [Fact]
    public void All_problems_of_a_configuration_are_reported()
    {
        var config = new ModelConfig
        {
            Cell = Cell.Gru,
            VocabularySize = 0,
            EmbeddingSize = 4,
            HiddenSize = 5,
            Dropout = 1,
            TieWeights = true,
        };

        var message = Assert.Throws<ArgumentException>(() => new LanguageModel(config)).Message;

        Assert.Contains("vocabulary_size must be from 1", message);
        Assert.Contains("dropout must be at least 0 and below 1, not 1", message);
        Assert.Contains("tie_weights needs embedding_size = hidden_size, not 4 and 5", message);
    }

    [Fact]
    public void Weights_of_a_wrong_size_are_refused_by_name()
    {
        var fixture = PyTorchFixture.Load("gru");
        using var model = new LanguageModel(fixture.Config);
        var other = PyTorchFixture.Load("lstm").Network;

        var message = Assert.Throws<ArgumentException>(() => model.LoadWeights(other)).Message;

        Assert.Contains("rnn.weight_ih_l0 has the shape [", message);
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }
}
