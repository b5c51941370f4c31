using LmModel.Networks;
using LmModel.Training.Backpropagation;
using LmModel.Training.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace LmModel.Tests.Training.Backpropagation;

/// <summary>
/// The gradient that is written out by hand against the one that autograd derives from the reference network.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class TrainedNetworkTests
{
    private const int Vocabulary = 37;
    private const int Columns = 5;
    private const int Steps = 7;

    // Units that are not a multiple of the 16 lanes, so that rows have ends.
    [Theory]
    [InlineData(Cell.Lstm, 1, 20, false)]
    [InlineData(Cell.Lstm, 2, 33, true)]
    [InlineData(Cell.Gru, 2, 20, false)]
    [InlineData(Cell.RnnTanh, 1, 16, false)]
    [InlineData(Cell.RnnTanh, 3, 50, true)]
    [InlineData(Cell.RnnRelu, 2, 20, false)]
    public void Loss_gradients_and_state_match_autograd(Cell cell, int layers, int units, bool tied)
    {
        using var fixture = new Fixture(cell, layers, units, tied, TrainingArithmetic.Fp32);
        var (loss, expected, state) = fixture.ByAutograd();

        Assert.Equal(loss, fixture.ByHand(candidates: null), 1e-5);

        foreach (var p in fixture.Parameters)
        {
            AssertNear(expected[p.Name], p.Gradient.ToFloats(), 2e-5f, p.Name);
        }

        using var reached = fixture.Network.State();
        AssertNear(state.H.ToFloats(), reached.H.ToFloats(), 1e-5f, "h");
        if (state.C is not null)
        {
            AssertNear(state.C.ToFloats(), reached.C!.ToFloats(), 1e-5f, "c");
        }
    }

    [Theory]
    [InlineData(Cell.Lstm)]
    [InlineData(Cell.Gru)]
    [InlineData(Cell.RnnTanh)]
    public void The_bf16_gradient_points_in_the_direction_of_the_fp32_gradient(Cell cell)
    {
        using var fixture = new Fixture(cell, layers: 2, units: 48, tied: false, TrainingArithmetic.Bf16);
        var (loss, expected, _) = fixture.ByAutograd();

        Assert.Equal(loss, fixture.ByHand(candidates: null), 1e-2);

        foreach (var p in fixture.Parameters)
        {
            Assert.InRange(Cosine(expected[p.Name], p.Gradient.ToFloats()), 0.995, 1.0001);
        }
    }

    [Fact]
    public void Sampling_the_whole_vocabulary_equals_the_full_softmax()
    {
        using var fixture = new Fixture(Cell.Lstm, layers: 1, units: 20, tied: false, TrainingArithmetic.Fp32);
        var (loss, expected, _) = fixture.ByAutograd();
        var all = new SampledSoftmax.Candidates(
            [.. Enumerable.Range(0, Vocabulary)], new float[Vocabulary], fixture.Targets);

        Assert.Equal(loss, fixture.ByHand(all), 1e-5);

        foreach (var p in fixture.Parameters)
        {
            AssertNear(expected[p.Name], p.Gradient.ToFloats(), 2e-5f, p.Name);
        }
    }

    private static void AssertNear(float[] expected, float[] actual, float tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * (1 + Math.Abs(expected[i])),
                $"{what}[{i}] is {actual[i]}, not {expected[i]}");
        }
    }

    private static double Cosine(float[] a, float[] b)
    {
        double Dot(float[] x, float[] y) => x.Zip(y, (p, q) => (double)p * q).Sum();
        return Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
    }

    private sealed class Fixture : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly LanguageModel _model;
        private readonly TensorState _state;
        private readonly int[] _inputs;

        public Fixture(Cell cell, int layers, int units, bool tied, TrainingArithmetic arithmetic)
        {
            TorchRuntime.Initialize();
            random.manual_seed(3);
            var config = new ModelConfig
            {
                Cell = cell,
                VocabularySize = Vocabulary,
                EmbeddingSize = tied ? units : 18,
                HiddenSize = units,
                Layers = layers,
                TieWeights = tied,
            };
            _model = new LanguageModel(config);
            Parameters =
            [
                .. _model.NamedWeights().Select(w => new TrainedParameter(w.Name, w.Value.shape, w.Value.ToFloats())),
            ];
            var settings = new TrainingSettings { BatchSize = Columns, Arithmetic = arithmetic };
            Network = new TrainedNetwork(config, settings, Parameters, Steps + 2);
            _state = new TensorState(
                randn(layers, Columns, units) * 0.3f, cell is Cell.Lstm ? randn(layers, Columns, units) * 0.3f : null);
            _inputs = Ids(1);
            Targets = Ids(2);
        }

        public List<TrainedParameter> Parameters { get; }

        public TrainedNetwork Network { get; }

        public int[] Targets { get; }

        public double ByHand(SampledSoftmax.Candidates? candidates)
        {
            using var noGrad = no_grad();
            return Network.Backward(_inputs, Targets, candidates, _state);
        }

        public (double Loss, Dictionary<string, float[]> Gradients, TensorState State) ByAutograd()
        {
            Tensor ByColumn(int[] ids) =>
                tensor(Array.ConvertAll(ids, i => (long)i)).view(Steps, Columns).t().contiguous();
            var (logits, state) = _model.Forward(ByColumn(_inputs), _state);
            var loss = nn.functional.cross_entropy(logits.view(-1, Vocabulary), ByColumn(Targets).view(-1));
            loss.backward();
            return (
                loss.item<float>(),
                _model.NamedWeights().ToDictionary(w => w.Name, w => w.Value.grad!.ToFloats()),
                state);
        }

        public void Dispose()
        {
            Network.Dispose();
            Parameters.ForEach(p => p.Dispose());
            _model.Dispose();
            _scope.Dispose();
        }

        private static int[] Ids(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, Steps * Columns).Select(_ => random.Next(Vocabulary))];
        }
    }
}
