using LmModel.Checkpoints;
using LmModel.Inference;
using LmModel.Inference.Managed;
using LmModel.Tests.Units.Search;
using LmModel.Units;
using LmModel.Units.Activations;

namespace LmModel.Tests.Units.Activations;

public sealed class ActivationReaderTests : IDisposable
{
    private const string Text = "O Romeo, Romeo! wherefore art thou Romeo?";

    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    private readonly TextModel _model = TextModel.Open(Tiny);

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Activations_are_those_of_the_step_model_to_the_bit_whatever_else_is_read()
    {
        UnitIndex[] units = [new(0, 95), new(0, 0), new(0, 7)];
        var folder = ModelFolder.Open(Tiny);
        using var steps = new ManagedStepModel(folder.ReadWeights(), folder.DefaultPrecision, threads: 1);
        var state = RecurrentState.Zero(steps.StateSize);
        var expected = folder.Tokenizer.Encode(Text).Select(token =>
        {
            steps.Step([token], [state], []);
            return units.Select(unit => state.Values[unit.Unit]).ToArray();
        }).ToList();

        // The second reading could begin with a prefix that is known.
        await _model.ScoreAsync(Text);
        var both = await Task.WhenAll(
            _model.StatesAsync(Text, units), _model.StatesAsync(Text, units), ReadAsync("what else is read"));

        Assert.All(both[..2], read =>
        {
            Assert.Equal(Text, string.Concat(read.Tokens.Select(token => token.Text)));
            Assert.Equal(folder.Tokenizer.Encode(Text), read.Tokens.Select(token => token.Id));
            Assert.Equal(units, read.Units.Select(unit => unit.Unit));
            for (var u = 0; u < units.Length; u++)
            {
                Assert.Equal(expected.Select(values => values[u]), read.Units[u].Values);
            }
        });
    }

    [Fact]
    public async Task The_text_before_it_decides_an_activation_and_the_text_after_it_does_not()
    {
        var (whole, part) = (await ReadAsync(Text), await ReadAsync(Text[..9]));

        Assert.Equal(part.Units[0].Values, whole.Units[0].Values.Take(9));
        Assert.NotEqual((await ReadAsync(Text[1..])).Units[0].Values, whole.Units[0].Values.Skip(1));
    }

    [Fact]
    public async Task Units_that_do_not_exist_and_empty_texts_are_refused()
    {
        foreach (var unit in new UnitIndex[] { new(1, 0), new(0, 96), new(-1, 0), new(0, -1) })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _model.StatesAsync(Text, [unit]));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _model.StatesAsync(Text, []));
        await Assert.ThrowsAsync<ArgumentException>(() => _model.StatesAsync("", [new(0, 0)]));
    }

    [Fact]
    public void The_layers_of_a_state_begin_at_their_h()
    {
        using var planted = new PlantedUnitModel(planted: true);
        var layout = HiddenLayout.Of(planted);
        Assert.Equal(new HiddenLayout(Layers: 2, Units: 3, Stride: 6), layout);
        Assert.Equal(7, layout.IndexOf(1, 1));

        using var fake = FakeStepModel.Noisy();
        Assert.Equal(new HiddenLayout(1, fake.StateSize, fake.StateSize), HiddenLayout.Of(fake));
    }

    private Task<TextActivations> ReadAsync(string text) =>
        _model.StatesAsync(text, [new(0, 3)]);
}
