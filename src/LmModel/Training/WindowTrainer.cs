using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Numerics;
using LmModel.Training.Backpropagation;
using LmModel.Training.Batches;
using LmModel.Training.Checkpoints;
using LmModel.Training.Optimization;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training;

/// <summary>
/// The parameters and the carried state of a training, and the step that updates both with one window.
/// </summary>
/// <remarks>Every random number is derived from the seed and the step, so there is no generator state to
/// save.</remarks>
internal sealed class WindowTrainer : IDisposable
{
    private readonly ModelConfig _config;
    private readonly TrainingSettings _settings;
    private readonly ContiguousBatches _batches;
    private readonly LearningRateSchedule _schedule;
    private readonly List<TrainedParameter> _parameters;
    private readonly TrainedNetwork _network;
    private readonly SampledSoftmax? _sampled;
    private TensorState _carried;

    /// <param name="config">The network; its weights are drawn from the seed.</param>
    /// <param name="settings">How it is trained; the arithmetic must be set.</param>
    /// <param name="tokens">The text to train on.</param>
    public WindowTrainer(ModelConfig config, TrainingSettings settings, ITokens tokens)
    {
        (_config, _settings) = (config, settings);
        var longest = settings.JitterWindows ? WindowJitter.Longest(settings.WindowLength) : settings.WindowLength;
        _batches = new ContiguousBatches(tokens, settings.BatchSize, settings.WindowLength, longest);
        _schedule = new LearningRateSchedule(
            settings.Schedule,
            settings.LearningRate,
            settings.WarmupSteps,
            settings.Steps,
            settings.FinalLearningRateShare,
            settings.Cycles);
        var counts = Counts(tokens, config.VocabularySize);
        _sampled = settings.SampledTokens > 0 && settings.SampledTokens < config.VocabularySize
            ? new SampledSoftmax(counts, settings.SampledTokens)
            : null;

        TorchRuntime.Initialize();
        random.manual_seed(settings.Seed);
        using var scope = NewDisposeScope();
        using var model = new LanguageModel(config);
        RecurrentInitializer.Apply(model, settings.RecurrentInitialization);
        UnigramBias.Apply(model, counts);
        _parameters =
        [
            .. model.NamedWeights().Select(w => new TrainedParameter(w.Name, w.Value.shape, w.Value.ToFloats())),
        ];
        _network = new TrainedNetwork(config, settings, _parameters, longest);
        _carried = TensorState.Zero(config, settings.BatchSize).Detach();
    }

    public int WindowsPerEpoch => _batches.WindowsPerEpoch;

    /// <summary>Where the next window begins.</summary>
    public TrainingPosition Position { get; private set; } = new(Epoch: -1, Offset: long.MaxValue / 2);

    /// <summary>The learning rate of <paramref name="step"/>, counted from 0.</summary>
    public double LearningRate(int step) => _schedule.At(step);

    /// <summary>The weights to validate and to save: the moving average.</summary>
    public NetworkWeights AveragedWeights() =>
        NetworkWeights.Of(_config, _parameters.ToDictionary(p => p.Name, p => p.Average.ToFloats()));

    /// <summary>Performs one update of the weights.</summary>
    /// <param name="step">From 0; determines dropout, resets and the length of the window.</param>
    /// <returns>Mean loss of the window, nats per token; over the candidates only if the softmax is sampled.</returns>
    /// <exception cref="TrainingException">The loss or the gradient is not finite.</exception>
    public double TrainOn(int step)
    {
        var length = _settings.JitterWindows
            ? WindowJitter.Length(_settings.WindowLength, _settings.Seed, step)
            : _settings.WindowLength;
        var newEpoch = Position.Offset + length > _batches.ColumnLength;
        if (newEpoch)
        {
            var epoch = Position.Epoch + 1;
            Position = new(epoch, (long)(Draw(TrainingRandom.Offset, epoch) * _settings.WindowLength));
            length = (int)Math.Min(length, _batches.ColumnLength - Position.Offset);
        }

        var (inputs, targets) = _batches.Window(Position.Offset, length);
        Position = Position with { Offset = Position.Offset + length };
        random.manual_seed((long)(Draw(TrainingRandom.Dropout, step) * long.MaxValue));

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var kept = Kept(step, newEpoch);                                      // (1, B, 1)
        var nats = _network.Backward(
            inputs, targets, _sampled?.Draw(targets, _settings.Seed, step),
            new TensorState(_carried.H * kept, _carried.C is null ? null : _carried.C * kept));
        _carried.Dispose();
        _carried = _network.State().Detach();

        var norm = AdamW.GradientNorm(_parameters);
        if (!double.IsFinite(nats) || !double.IsFinite(norm))
        {
            throw new TrainingException(
                $"The loss of step {step + 1} is {nats} and its gradient {norm}: the training diverged. Lower the "
                    + $"learning rate (now {_settings.LearningRate}) or the gradient clip (now "
                    + $"{_settings.GradientClip}).");
        }

        // The gradient of a shorter window is noisier (Merity et al. 2018).
        var rate = _schedule.At(step) * length / _settings.WindowLength;
        AdamW.Step(
            _parameters,
            step,
            rate,
            _settings.WeightDecay,
            Math.Min(1, _settings.GradientClip / (norm + 1e-6)),
            get_num_threads());
        WeightAverage.Update(_parameters, step, _settings.AverageDecay);
        return nats;
    }

    /// <summary>A copy of everything that the next step depends on, with the names and shapes used in a
    /// checkpoint.</summary>
    public IReadOnlyList<(string Name, long[] Shape, float[] Values)> Read()
    {
        var kept = _parameters.SelectMany(p => p.Kept).Append(("carried.h", _carried.H));
        if (_carried.C is not null)
        {
            kept = kept.Append(("carried.c", _carried.C));
        }

        return [.. kept.Select(k => (k.Item1, k.Item2.shape, k.Item2.ToFloats()))];
    }

    /// <summary>Restores what <see cref="Read"/> returned.</summary>
    /// <param name="values">Returns the values of a tensor, given its name and the number of values.</param>
    /// <param name="position">Where the next window begins.</param>
    public void Restore(Func<string, long, float[]> values, TrainingPosition position)
    {
        using var scope = NewDisposeScope();
        void Set(string name, Tensor target) => target.copy_(tensor(values(name, target.numel())).view(target.shape));

        foreach (var (name, target) in _parameters.SelectMany(p => p.Kept))
        {
            Set(name, target);
        }

        Set("carried.h", _carried.H);
        if (_carried.C is not null)
        {
            Set("carried.c", _carried.C);
        }

        Position = position;
    }

    public void Dispose()
    {
        _carried.Dispose();
        _network.Dispose();
        _parameters.ForEach(p => p.Dispose());
    }

    /// <summary>
    /// (1, B, 1): 1 for each column that carries its state into this window, 0 for each that starts cold. A served
    /// model starts cold, so the training must include cold starts.
    /// </summary>
    private Tensor Kept(int step, bool newEpoch)
    {
        var kept = new float[_settings.BatchSize];
        for (var b = 0; b < kept.Length; b++)
        {
            var draw = Draw(TrainingRandom.Reset, ((long)step * kept.Length) + b);
            kept[b] = newEpoch || draw < _settings.StateResetProbability ? 0 : 1;
        }

        return tensor(kept).view(1, -1, 1);
    }

    private static long[] Counts(ITokens tokens, int vocabulary)
    {
        var counts = new long[vocabulary];
        var buffer = new int[1 << 16];
        for (var start = 0L; start < tokens.Length; start += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, tokens.Length - start));
            tokens.CopyTo(start, part);
            foreach (var id in part)
            {
                counts[id]++;
            }
        }

        return counts;
    }

    private double Draw(TrainingRandom use, long position) => Philox.Uniform(_settings.Seed, (int)use, position);
}
