using System.Diagnostics;
using LmModel.Networks;
using LmModel.Training.Backpropagation;
using LmModel.Training.Optimization;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace TrainingSpeed;

/// <summary>Where the time of a training step goes: each of its parts alone, as often as a step has it.</summary>
internal sealed class Anatomy(Shape shape, TrainingArithmetic arithmetic)
{
    private readonly ScalarType _type = Memory.Type(arithmetic);

    /// <summary>FLOPs of all matrix products of a step: 2 a weight and token forward, 4 back.</summary>
    public double Flops => 6.0 * shape.Batch * shape.Window * (Recurrent + ((double)shape.Hidden * shape.Vocabulary));

    private double Recurrent => Enumerable.Range(0, shape.Layers)
        .Sum(l => 4.0 * shape.Hidden * (shape.Hidden + (l == 0 ? shape.Embedding : shape.Hidden)));

    /// <summary>FLOP/s of the largest product of the step: what the machine gives.</summary>
    public double ProductRate()
    {
        using var scope = NewDisposeScope();
        var (m, k, n) = (shape.Batch * shape.Window, shape.Hidden, 4 * shape.Hidden);
        var (a, b) = (Random(m, k), Random(n, k));
        return 2.0 * m * k * n / Seconds(() => a.mm(b.t()));
    }

    /// <summary>Name and seconds of each part.</summary>
    public IEnumerable<(string Part, double Seconds)> Parts()
    {
        using var scope = NewDisposeScope();
        var (rows, h, g) = (shape.Batch * shape.Window, shape.Hidden, 4 * shape.Hidden);
        var (wide, gates, narrow) = (Random(g, h), Random(rows, g), Random(rows, h));
        var (step, stepGates) = (Random(shape.Batch, h), Random(shape.Batch, g));
        yield return (
            "products that wait, forward",
            shape.Layers * shape.Window * Seconds(() => stepGates.addmm_(step, wide.t(), 1, 1)));
        yield return (
            "products that wait, back",
            shape.Layers * shape.Window * Seconds(() => step.addmm_(stepGates, wide, 1, 1)));
        yield return (
            "products over the window",
            shape.Layers
                * (
                    Seconds(() => gates.addmm_(narrow, wide.t(), 0, 1))
                    + Seconds(() => narrow.addmm_(gates, wide, 0, 1))
                    + (2 * Seconds(() => gates.t().mm(narrow)))));
        foreach (var part in Cells())
        {
            yield return part;
        }

        var parameters = new List<TrainedParameter> { new("w", [(long)Recurrent], new float[(long)Recurrent]) };
        yield return ("clipping, AdamW, average", Seconds(() =>
        {
            AdamW.GradientNorm(parameters);
            AdamW.Step(parameters, 1, 1e-3, 0.01, 1, get_num_threads());
            WeightAverage.Update(parameters, 1, 0.999);
        }));
        parameters.ForEach(p => p.Dispose());
    }

    private unsafe IEnumerable<(string Part, double Seconds)> Cells()
    {
        var (b, h) = (shape.Batch, shape.Hidden);
        var (gates, state, gradient) = (Random(b, 4 * h), Random(b, h), Random(b, h));
        var (floats, before, after, carried, bias) = (zeros(b, h), zeros(b, h), zeros(b, h), zeros(b, h), zeros(4 * h));
        var kernels = TrainingKernels.Of(arithmetic).Cells;
        var step = new CellStep
        {
            Columns = b,
            Units = h,
            Gates = Memory.Address(gates),
            Bias = Memory.Floats(bias),
            After = Memory.Address(state),
            State = Memory.Floats(floats),
            CellBefore = Memory.Floats(before),
            CellAfter = Memory.Floats(after),
            Gradient = Memory.Address(gradient),
            Carried = Memory.Floats(carried),
        };
        var steps = shape.Layers * shape.Window;
        return
        [
            ("cells, forward", steps * Seconds(() => kernels.Forward(Cell.Lstm, step))),
            ("cells, back", steps * Seconds(() => kernels.Backward(Cell.Lstm, step))),
        ];
    }

    private Tensor Random(long rows, long columns) => (randn(rows, columns) * 0.1f).to(_type);

    /// <summary>Median of as many calls as half a second has, at least five.</summary>
    private static double Seconds(Action action)
    {
        using var noGrad = no_grad();
        action();
        var times = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        while (times.Count < 5 || Stopwatch.GetElapsedTime(begun).TotalSeconds < 0.5)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return Numbers.Median(times);
    }
}
