using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Torch;
using LmModel.Networks;
using LmModel.Tokenization;
using TorchSharp;

namespace LmModel.Tests.Inference.Torch;

public sealed class TorchStepModelTests
{
    private const float Tolerance = 1e-5f;

    public static TheoryData<string> Fixtures => PyTorchFixture.Names;

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Stepping_a_text_matches_the_logits_and_state_of_PyTorch(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new TorchStepModel(fixture.Network);
        var logits = new float[model.VocabularySize];
        for (var b = 0; b < fixture.Batch; b++)
        {
            var state = RecurrentState.Zero(model.StateSize);
            for (var t = 0; t < fixture.Time; t++)
            {
                model.Step([(int)fixture.Tokens[b, t]], [state], logits);
                StepModelAssert.Close(fixture.LogitsAt(b, t), logits, Tolerance);
            }

            StepModelAssert.Close(fixture.FinalState(b), state.Values, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Stepping_several_texts_at_once_gives_the_same_results_up_to_rounding(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new TorchStepModel(fixture.Network);
        var (batch, width) = (fixture.Batch, model.VocabularySize);
        var states = Enumerable.Range(0, batch).Select(_ => RecurrentState.Zero(model.StateSize)).ToArray();
        var logits = new float[batch * width];
        for (var t = 0; t < fixture.Time; t++)
        {
            model.Step([.. Enumerable.Range(0, batch).Select(b => (int)fixture.Tokens[b, t])], states, logits);
            for (var b = 0; b < batch; b++)
            {
                StepModelAssert.Close(fixture.LogitsAt(b, t), logits.AsSpan(b * width, width), Tolerance);
            }
        }

        for (var b = 0; b < batch; b++)
        {
            StepModelAssert.Close(fixture.FinalState(b), states[b].Values, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void The_logits_are_computed_from_the_top_hidden_state(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new TorchStepModel(fixture.Network);

        StepModelAssert.TellsTheTopHiddenState(model, fixture);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(4097)]
    public void A_vocabulary_too_large_for_a_table_gives_the_same_results(int vocabulary)
    {
        // The fixture's model with more tokens, which the first ones cannot tell: their logits stay what they were.
        var fixture = PyTorchFixture.Load("lstm");
        var config = fixture.Config with { VocabularySize = vocabulary };
        var weights = config.ParameterShapes.ToDictionary(p => p.Name, p =>
        {
            var larger = new float[p.Shape.Aggregate(1L, (n, d) => n * d)];
            fixture.Weights[p.Name].CopyTo(larger, 0);
            return larger;
        });
        using var model = new TorchStepModel(NetworkWeights.Of(config, weights));
        var state = RecurrentState.Zero(model.StateSize);
        var logits = new float[vocabulary];

        for (var t = 0; t < fixture.Time; t++)
        {
            model.Step([(int)fixture.Tokens[0, t]], [state], logits);
            StepModelAssert.Close(fixture.LogitsAt(0, t), logits.AsSpan(0, fixture.Config.VocabularySize), Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void The_same_step_gives_the_same_bits_on_any_thread(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new TorchStepModel(fixture.Network);
        float[] Run()
        {
            var (state, logits) = (RecurrentState.Zero(model.StateSize), new float[model.VocabularySize]);
            for (var t = 0; t < fixture.Time; t++)
            {
                model.Step([(int)fixture.Tokens[0, t]], [state], logits);
            }

            return logits;
        }

        var (here, there) = (Run(), Array.Empty<float>());
        var thread = new Thread(() => there = Run());
        thread.Start();
        thread.Join();

        Assert.Equal(here, there);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void No_tensor_outlives_its_step_or_the_model(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        TorchRuntime.Initialize();
        var before = LiveTensors();
        long loaded, stepped;
        using (var model = new TorchStepModel(fixture.Network))
        {
            loaded = LiveTensors();
            var states = new[] { RecurrentState.Zero(model.StateSize), RecurrentState.Zero(model.StateSize) };
            for (var i = 0; i < 100; i++)
            {
                model.Step([1, 2], states, new float[2 * model.VocabularySize]);
            }

            stepped = LiveTensors();
        }

        Assert.Equal(loaded, stepped);
        Assert.Equal(before, LiveTensors());
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task In_the_engine_a_seed_gives_the_same_text_alone_and_concurrently(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new TorchStepModel(fixture.Network);
        using var engine = new GenerationEngine(
            model, CharacterTokenizer.FromCorpus("abcdefghijk"), 0, new(), TimeProvider.System);

        var alone = await LastEvent(engine, seed: 5);
        var together = await Task.WhenAll(Enumerable.Range(0, 12).Select(seed => LastEvent(engine, seed)));

        Assert.Equal(alone.Text, together[5].Text);
        Assert.Equal(60, alone.Text.Length);
        Assert.True(together.Select(done => done.Text).Distinct().Count() > 1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    public void An_unknown_token_id_is_refused_and_leaves_the_state_unchanged(int token)
    {
        var fixture = PyTorchFixture.Load("gru");
        using var model = new TorchStepModel(fixture.Network);

        StepModelAssert.RefusesWhatDoesNotFit(model, token);
    }

    private static async Task<DoneEvent> LastEvent(GenerationEngine engine, int seed)
    {
        var settings = new GenerationSettings { PromptTokens = [1, 2, 3], MaxTokens = 60, Seed = seed };
        GenerationEvent last = default;
        await foreach (var next in engine.TryStart(settings, TestContext.Current.CancellationToken)!.Events)
        {
            last = next;
        }

        return Assert.IsType<DoneEvent>(last.Done);
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
}
