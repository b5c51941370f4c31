using LmModel.Networks;
using LmModel.Sampling;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LmModel.Training;

/// <summary>
/// The numbers of a training: network, optimizer and carried state, and the step that changes all three by one window.
/// </summary>
/// <remarks>Every random number is keyed by the seed and the step, so there is no generator state to save.</remarks>
internal sealed class WindowTrainer : IDisposable
{
    private readonly TrainingSettings _settings;
    private readonly ContiguousBatches _batches;
    private readonly LearningRateSchedule _schedule;
    private readonly AdamW _optimizer;
    private TensorState _carried;

    /// <param name="config">The network; its weights are drawn from the seed.</param>
    /// <param name="settings">How it is trained.</param>
    /// <param name="tokens">The text to train on.</param>
    public WindowTrainer(ModelConfig config, TrainingSettings settings, ITokens tokens)
    {
        _settings = settings;
        _batches = new ContiguousBatches(tokens, settings.BatchSize, settings.WindowLength);
        _schedule = new LearningRateSchedule(
            settings.LearningRate, settings.WarmupSteps, settings.Steps, settings.FinalLearningRateShare);

        TorchRuntime.Initialize();
        random.manual_seed(settings.Seed);
        Model = new LanguageModel(config);
        _optimizer = Optimizer(Model, settings);
        using var scope = NewDisposeScope();
        _carried = TensorState.Zero(config, settings.BatchSize).Detach();
    }

    public LanguageModel Model { get; }

    public int WindowsPerEpoch => _batches.WindowsPerEpoch;

    /// <summary>The learning rate of <paramref name="step"/>, from 0.</summary>
    public double LearningRate(int step) => _schedule.At(step);

    /// <summary>One update of the weights.</summary>
    /// <param name="step">From 0; says which window it is, and keys dropout and resets.</param>
    /// <returns>Mean loss of the window, nats a token.</returns>
    public double TrainOn(int step)
    {
        var (epoch, window) = Math.DivRem(step, _batches.WindowsPerEpoch);
        var offset = (int)(Draw(RandomStream.Offset, epoch) * _settings.WindowLength);
        var (inputs, targets) = _batches.Window(window, offset);
        random.manual_seed((long)(Draw(RandomStream.Dropout, step) * long.MaxValue));

        using var scope = NewDisposeScope();
        using var state = _carried;
        var kept = Kept(step, newEpoch: window == 0);                         // (1, B, 1)
        var (logits, next) = Model.Forward(
            tensor(inputs).view(_settings.BatchSize, _settings.WindowLength),
            new TensorState(state.H * kept, state.C is null ? null : state.C * kept));   // (B, T, V)
        using var loss = nn.functional.cross_entropy(logits.view(-1, Model.Config.VocabularySize), tensor(targets));
        _carried = next.Detach();

        _optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(Model.parameters(), _settings.GradientClip);
        foreach (var group in _optimizer.ParamGroups)
        {
            group.LearningRate = _schedule.At(step);
        }

        _optimizer.step();
        var nats = loss.item<float>();
        return float.IsFinite(nats)
            ? nats
            : throw new TrainingException(
                $"The loss of step {step + 1} is {nats}: the training diverged. Lower the learning rate "
                + $"(now {_settings.LearningRate}) or the gradient clip (now {_settings.GradientClip}).");
    }

    /// <summary>1 for each column that carries its state into this window, 0 for each that starts cold, (1, B, 1).</summary>
    private Tensor Kept(int step, bool newEpoch)
    {
        var kept = new float[_settings.BatchSize];
        for (var b = 0; b < kept.Length; b++)
        {
            var draw = Draw(RandomStream.Reset, (long)step * kept.Length + b);
            kept[b] = newEpoch || draw < _settings.StateResetProbability ? 0 : 1;
        }

        return tensor(kept).view(1, -1, 1);
    }

    /// <summary>A copy of all that the next step depends on.</summary>
    public (IReadOnlyDictionary<string, float[]> Weights, byte[] Optimizer, IReadOnlyList<float[]> Carried) Read()
    {
        using var optimizer = new MemoryStream();
        using (var writer = new BinaryWriter(optimizer, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            _optimizer.save_state_dict(writer);
        }

        IReadOnlyList<float[]> carried =
            _carried.C is null ? [_carried.H.ToFloats()] : [_carried.H.ToFloats(), _carried.C.ToFloats()];
        return (Model.ReadWeights(), optimizer.ToArray(), carried);
    }

    /// <summary>Goes back to what <see cref="Read"/> gave.</summary>
    public void Restore(IReadOnlyDictionary<string, float[]> weights, byte[] optimizer, IReadOnlyList<float[]> carried)
    {
        Model.LoadWeights(weights);
        using (var reader = new BinaryReader(new MemoryStream(optimizer)))
        {
            _optimizer.load_state_dict(reader);
        }

        using var scope = NewDisposeScope();
        Tensor Tensor(float[] v) => tensor(v).view(Model.Config.Layers, _settings.BatchSize, Model.Config.HiddenSize);
        _carried.Dispose();
        _carried = new TensorState(Tensor(carried[0]), carried.Count > 1 ? Tensor(carried[1]) : null).Detach();
    }

    public void Dispose()
    {
        _carried.Dispose();
        _optimizer.Dispose();
        Model.Dispose();
    }

    /// <summary>AdamW that shrinks matrices only: a bias or an offset has no reason to be small.</summary>
    private static AdamW Optimizer(LanguageModel model, TrainingSettings settings)
    {
        var weights = model.NamedWeights().Select(p => p.Value).ToList();
        AdamW.ParamGroup Group(bool matrices) => new(
            weights.Where(w => w.dim() > 1 == matrices),
            new AdamW.Options { LearningRate = settings.LearningRate, weight_decay = matrices ? settings.WeightDecay : 0 });
        return optim.AdamW([Group(matrices: true), Group(matrices: false)], settings.LearningRate);
    }

    private double Draw(RandomStream stream, long position) => Philox.Uniform(_settings.Seed, (int)stream, position);

    /// <summary>What a random number is for; each has a sequence of its own.</summary>
    private enum RandomStream
    {
        Offset = 1,
        Reset = 2,
        Dropout = 3,
    }
}
