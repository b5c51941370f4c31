using LmModel.Networks;
using LmModel.Training.Backpropagation;
using LmModel.Training.Batches;
using LmModel.Training.Optimization;
using LmModel.Training.Regularization;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Tests.Training.Regularization;

[Collection(RunsAlone.Name)]
public sealed class RegularizerTests : IDisposable
{
    private readonly IDisposable _scope;

    public RegularizerTests()
    {
        TorchRuntime.Initialize();
        random.manual_seed(1);
        _scope = NewDisposeScope();
    }

    [Fact]
    public void Dropout_masks_preserve_the_mean_and_take_two_values()
    {
        foreach (var mask in new[]
        {
                LockedDropout.Mask(40, 500, 0.2)!,
                EmbeddingDropout.Factors(20_000, 0.2)!,
                WeightDrop.Mask(zeros(100, 200), 0.2)!,
            }
        )
        {
            var values = mask.ToFloats();
            Assert.Equal([0f, 1.25f], values.Distinct().Order());
            Assert.InRange(values.Average(), 0.98, 1.02);
        }

        Assert.Null(LockedDropout.Mask(4, 5, 0));
        Assert.Null(EmbeddingDropout.Factors(4, 0));
        Assert.Null(WeightDrop.Mask(zeros(1, 2), 0));
    }

    [Fact]
    public void The_weight_average_quickly_forgets_the_first_weights_and_then_follows_its_decay()
    {
        using var p = new TrainedParameter("x", [2], [10, 20]);
        p.Value.copy_(tensor(new[] { 1f, 2f }));

        WeightAverage.Update([p], step: 0, decay: 0.9);
        Assert.Equal([1.9f, 3.8f], p.Average.ToFloats(), (a, b) => Math.Abs(a - b) < 1e-5);

        p.Average.zero_();
        WeightAverage.Update([p], step: 1_000_000, decay: 0.9);
        Assert.Equal([0.1f, 0.2f], p.Average.ToFloats(), (a, b) => Math.Abs(a - b) < 1e-5);

        WeightAverage.Update([p], step: 5, decay: 0);
        Assert.Equal([1f, 2f], p.Average.ToFloats());
    }

    [Fact]
    public void AdamW_matches_libtorch_with_weight_decay_on_matrices_only()
    {
        // 37 is not a multiple of the 16 lanes.
        float[] start = [.. Enumerable.Range(0, 37).Select(i => MathF.Sin(i))];
        using var matrix = new TrainedParameter("m", [37, 1], start);
        using var vector = new TrainedParameter("v", [37], start);
        var (m, v) = (nn.Parameter(tensor(start).view(37, 1)), nn.Parameter(tensor(start)));
        using var ofMatrix = optim.AdamW([m], lr: 0.01, weight_decay: 0.1);
        using var ofVector = optim.AdamW([v], lr: 0.01, weight_decay: 0);
        for (var step = 0; step < 5; step++)
        {
            var gradient = randn(37);
            matrix.Gradient.copy_(gradient.view(37, 1));
            vector.Gradient.copy_(gradient);
            (m.grad, v.grad) = (gradient.view(37, 1) * 0.5f, gradient * 0.5f);
            AdamW.Step([matrix, vector], step, 0.01, 0.1, scale: 0.5, threads: 2);
            ofMatrix.step();
            ofVector.step();
            Assert.Equal(gradient.norm().item<float>() * Math.Sqrt(2), AdamW.GradientNorm([matrix, vector]), 1e-4);
        }

        Assert.Equal(m.ToFloats(), matrix.Value.ToFloats(), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(v.ToFloats(), vector.Value.ToFloats(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Each_gate_of_a_recurrent_matrix_is_initialized_as_a_rotation_or_the_identity()
    {
        var config = new ModelConfig { Cell = Cell.Gru, VocabularySize = 5, EmbeddingSize = 4, HiddenSize = 8 };
        using var model = new LanguageModel(config);
        Tensor Gate(int i) =>
            model.NamedWeights().Single(w => w.Name == "rnn.weight_hh_l0").Value.narrow(0, 8 * i, 8).detach();

        RecurrentInitializer.Apply(model, RecurrentInitialization.Orthogonal);
        for (var gate = 0; gate < 3; gate++)
        {
            Assert.True(Gate(gate).mm(Gate(gate).t()).allclose(eye(8), atol: 1e-5));
        }

        RecurrentInitializer.Apply(model, RecurrentInitialization.Identity);
        Assert.True(Gate(2).allclose(eye(8) * 0.95));
    }

    [Fact]
    public void The_output_bias_is_initialized_to_the_log_frequencies()
    {
        var config = new ModelConfig { Cell = Cell.Lstm, VocabularySize = 3, EmbeddingSize = 4, HiddenSize = 4 };
        using var model = new LanguageModel(config);

        UnigramBias.Apply(model, [7, 1, 0]);

        Assert.Equal(
            [8 / 11.0, 2 / 11.0, 1 / 11.0],
            model.ReadWeights().OutputBias.Select(b => Math.Exp(b)),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Jittered_windows_have_about_the_usual_length_and_occasionally_half()
    {
        var lengths = Enumerable.Range(0, 2000).Select(step => WindowJitter.Length(70, seed: 1, step)).ToList();

        Assert.InRange(lengths.Average(), 67, 70);
        Assert.InRange(lengths.Count(l => l < 52), 60, 140);
        Assert.InRange(lengths.Max(), 71, WindowJitter.Longest(70));
        Assert.All(Enumerable.Range(0, 200), step => Assert.InRange(WindowJitter.Length(2, seed: 1, step), 1, 22));
    }

    [Fact]
    public void A_sampled_softmax_gives_the_sum_over_the_vocabulary_on_average()
    {
        long[] counts = [.. Enumerable.Range(1, 200).Select(i => 20_000L / i)];
        double[] weights = [.. Enumerable.Range(0, 200).Select(i => Math.Exp(Math.Sin(i)))];
        var sampled = new SampledSoftmax(counts, 50);
        var (total, size) = (0.0, 0.0);
        const int draws = 4000;
        for (var step = 0; step < draws; step++)
        {
            var drawn = sampled.Draw([199, 199, 3], seed: 1, step);
            Assert.Equal(drawn.Ids.Length, drawn.Ids.Distinct().Count());
            Assert.Equal([199, 199, 3], drawn.Targets.Select(t => drawn.Ids[t]));
            total += drawn.Ids.Zip(drawn.Offsets, (id, offset) => weights[id] * Math.Exp(offset)).Sum();
            size += drawn.Offsets.Count(float.IsFinite);
        }

        Assert.InRange(size / draws, 49, 51);
        Assert.InRange(total / draws / weights.Sum(), 0.98, 1.02);
    }

    public void Dispose() => _scope.Dispose();
}
