using LmModel.Checkpoints;
using LmModel.Evaluation;
using LmModel.Networks;
using LmModel.Sampling;
using LmModel.Tokenization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LmModel.Training;

/// <summary>
/// Trains one model by truncated backpropagation with carried state and keeps two checkpoints: the best weights as a
/// model folder that can be served, and the last state of everything, from which <see cref="Resume"/> goes on bit for bit.
/// </summary>
/// <remarks>Every random number is keyed by the seed and the step, so there is no generator state to save.</remarks>
public sealed class Trainer : IDisposable
{
    private readonly Corpus _corpus;
    private readonly Tokenizer _tokenizer;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly ContiguousBatches _batches;
    private readonly int[] _validation;
    private readonly LearningRateSchedule _schedule;
    private readonly LanguageModel _model;
    private readonly AdamW _optimizer;
    private TensorState _carried;
    private TrainingRun _run;

    private Trainer(
        TrainingRun run, Corpus corpus, Tokenizer tokenizer, string folder, TimeProvider? time)
    {
        var settings = run.Settings;
        (_run, _corpus, _tokenizer, _folder, _time) = (run, corpus, tokenizer, folder, time ?? TimeProvider.System);
        var (training, validation) = corpus.Split(settings.ValidationShare);
        _validation = tokenizer.Encode(validation);
        if (_validation.Length < 2)
        {
            throw new CorpusException(
                $"{corpus.Name} is too short: {settings.ValidationShare:P1} of it, held out for validation, are "
                + $"{_validation.Length} tokens, and 2 are the least.");
        }

        _batches = new ContiguousBatches(tokenizer.Encode(training), settings.BatchSize, settings.WindowLength);
        _schedule = new LearningRateSchedule(
            settings.LearningRate, settings.WarmupSteps, settings.Steps, settings.FinalLearningRateShare);

        TorchRuntime.Initialize();
        random.manual_seed(settings.Seed);
        _model = new LanguageModel(run.Config);
        _optimizer = Optimizer(_model, settings);
        using var scope = NewDisposeScope();
        _carried = TensorState.Zero(run.Config, settings.BatchSize).Detach();
    }

    /// <summary>The architecture being trained.</summary>
    public ModelConfig Config => _run.Config;

    /// <summary>How it is trained.</summary>
    public TrainingSettings Settings => _run.Settings;

    /// <summary>Updates done.</summary>
    public int Step => _run.Step;

    /// <summary>Updates in which the training text is read once.</summary>
    public int StepsPerEpoch => _batches.WindowsPerEpoch;

    /// <summary>A new training that will write to <paramref name="folder"/>.</summary>
    /// <exception cref="ArgumentException">Settings, architecture and text do not fit; the message names every problem.</exception>
    public static Trainer Start(
        Corpus corpus, Tokenizer tokenizer, ModelConfig config, TrainingSettings settings, string folder, ModelCard card,
        TimeProvider? time = null)
    {
        var problems = config.Problems().Concat(settings.Problems()).ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException($"This cannot be trained: {string.Join("; ", problems)}.");
        }

        var run = new TrainingRun { Config = config, Settings = settings, Card = card, CorpusSha256 = corpus.Sha256 };
        var trainer = new Trainer(run, corpus, tokenizer, folder, time);
        Directory.CreateDirectory(Path.GetDirectoryName(TrainingCheckpoint.PathIn(folder))!);
        // An older training's state must not be resumed under the new one's tokenizer.
        File.Delete(TrainingCheckpoint.PathIn(folder));
        TokenizerFile.Save(tokenizer, TokenizerIn(folder));
        return trainer;
    }

    /// <summary>Goes on where the last checkpoint in <paramref name="folder"/> stands, as if it had never stopped.</summary>
    /// <exception cref="ModelFolderException">There is nothing to resume, or it is broken.</exception>
    /// <exception cref="CorpusException">The text is not the one the training began with.</exception>
    public static Trainer Resume(Corpus corpus, string folder, TimeProvider? time = null)
    {
        var checkpoint = TrainingCheckpoint.Load(folder);
        var run = checkpoint.Run;
        if (run.CorpusSha256 != corpus.Sha256)
        {
            throw new CorpusException(
                $"{corpus.Name} is not the text this training began with: its SHA-256 is {corpus.Sha256}, not {run.CorpusSha256}.");
        }

        var trainer = new Trainer(run, corpus, TokenizerFile.Load(TokenizerIn(folder)), folder, time);
        trainer._model.LoadWeights(checkpoint.Weights);
        using (var reader = new BinaryReader(new MemoryStream(checkpoint.Optimizer)))
        {
            trainer._optimizer.load_state_dict(reader);
        }

        trainer.Carry(checkpoint.Carried);
        return trainer;
    }

    /// <summary>Trains until the last step or until cancelled; both save.</summary>
    /// <param name="report">Called every <paramref name="reportEvery"/> steps and after each validation.</param>
    /// <param name="cancellation">Ends the training after the step under way.</param>
    /// <param name="reportEvery">At least 1.</param>
    /// <returns>True when the training is finished, false when it was cancelled and can be resumed.</returns>
    /// <exception cref="TrainingException">The loss is no number any more.</exception>
    public bool Run(Action<TrainingProgress> report, CancellationToken cancellation, int reportEvery = 10)
    {
        var begun = _time.GetTimestamp();
        var (elapsedBefore, stepBefore) = (_run.Elapsed, _run.Step);
        var (lossSum, steps, training) = (0.0, 0, TimeSpan.Zero);
        _model.train();
        while (_run.Step < Settings.Steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                Checkpoint().Save(_folder);
                return false;
            }

            var stepBegun = _time.GetTimestamp();
            lossSum += TrainStep(_run.Step);
            training += _time.GetElapsedTime(stepBegun);
            steps++;
            _run = _run with { Step = _run.Step + 1, Elapsed = elapsedBefore + _time.GetElapsedTime(begun) };

            var validate = _run.Step % Settings.ValidateEvery == 0 || _run.Step == Settings.Steps;
            if (validate || _run.Step % reportEvery == 0)
            {
                var (validationLoss, isBest) = validate ? Validate() : (default(double?), false);
                var perStep = _time.GetElapsedTime(begun) / (_run.Step - stepBefore);
                report(new TrainingProgress
                {
                    Step = _run.Step,
                    TotalSteps = Settings.Steps,
                    Loss = lossSum / steps,
                    LearningRate = _schedule.At(_run.Step - 1),
                    TokensPerSecond = (double)steps * Settings.BatchSize * Settings.WindowLength / training.TotalSeconds,
                    Remaining = perStep * (Settings.Steps - _run.Step),
                    ValidationLoss = validationLoss,
                    IsBest = isBest,
                });
                (lossSum, steps, training) = (0, 0, TimeSpan.Zero);
            }
        }

        return true;
    }

    /// <summary>Scores the best weights by both protocols and writes the figures into the model card.</summary>
    public IReadOnlyList<EvaluationResult> Finish(CancellationToken cancellation)
    {
        var best = ModelFolder.Open(_folder).ReadWeights();
        _model.LoadWeights(best);
        var evaluator = new Evaluator(_model, _tokenizer);
        EvaluationResult[] figures =
        [
            evaluator.Evaluate(_validation, Protocol.ColdWindows, cancellation: cancellation),
            evaluator.Evaluate(_validation, Protocol.Contiguous, cancellation: cancellation),
        ];
        SaveBest(best, figures);
        return figures;
    }

    public void Dispose()
    {
        _carried.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
    }

    private static string TokenizerIn(string folder) =>
        Path.Combine(Path.GetDirectoryName(TrainingCheckpoint.PathIn(folder))!, "tokenizer.json");

    /// <summary>AdamW that shrinks matrices only: a bias or an offset has no reason to be small.</summary>
    private static AdamW Optimizer(LanguageModel model, TrainingSettings settings)
    {
        var weights = model.NamedWeights().Select(p => p.Value).ToList();
        AdamW.ParamGroup Group(bool matrices) => new(
            weights.Where(w => w.dim() > 1 == matrices),
            new AdamW.Options { LearningRate = settings.LearningRate, weight_decay = matrices ? settings.WeightDecay : 0 });
        return optim.AdamW([Group(matrices: true), Group(matrices: false)], settings.LearningRate);
    }

    /// <returns>Mean loss of the window, nats a token.</returns>
    private double TrainStep(int step)
    {
        var (epoch, window) = Math.DivRem(step, _batches.WindowsPerEpoch);
        var offset = (int)(Draw(RandomStream.Offset, epoch) * Settings.WindowLength);
        var (inputs, targets) = _batches.Window(window, offset);
        random.manual_seed((long)(Draw(RandomStream.Dropout, step) * long.MaxValue));

        using var scope = NewDisposeScope();
        using var state = _carried;
        var kept = Kept(step, newEpoch: window == 0);                         // (1, B, 1)
        var (logits, next) = _model.Forward(
            tensor(inputs).view(Settings.BatchSize, Settings.WindowLength),
            new TensorState(state.H * kept, state.C is null ? null : state.C * kept));   // (B, T, V)
        using var loss = nn.functional.cross_entropy(logits.view(-1, Config.VocabularySize), tensor(targets));
        _carried = next.Detach();

        _optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(_model.parameters(), Settings.GradientClip);
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
                + $"(now {Settings.LearningRate}) or the gradient clip (now {Settings.GradientClip}).");
    }

    /// <summary>1 for each column that carries its state into this window, 0 for each that starts cold, (1, B, 1).</summary>
    private Tensor Kept(int step, bool newEpoch)
    {
        var kept = new float[Settings.BatchSize];
        for (var b = 0; b < kept.Length; b++)
        {
            var draw = Draw(RandomStream.Reset, (long)step * kept.Length + b);
            kept[b] = newEpoch || draw < Settings.StateResetProbability ? 0 : 1;
        }

        return tensor(kept).view(1, -1, 1);
    }

    private (double? Loss, bool IsBest) Validate()
    {
        var figure = new Evaluator(_model, _tokenizer).Evaluate(_validation, Protocol.ColdWindows);
        var isBest = !(figure.NatsPerToken >= _run.BestLoss);
        if (isBest)
        {
            _run = _run with { BestLoss = figure.NatsPerToken, BestStep = _run.Step };
            SaveBest(_model.ReadWeights(), [figure]);
        }

        Checkpoint().Save(_folder);
        return (figure.NatsPerToken, isBest);
    }

    private void SaveBest(IReadOnlyDictionary<string, float[]> weights, IReadOnlyList<EvaluationResult> figures) =>
        ModelFolder.Save(_folder, Config, _tokenizer, weights, _run.Card.Render(_run, _corpus, _tokenizer, figures));

    private TrainingCheckpoint Checkpoint()
    {
        using var optimizer = new MemoryStream();
        using (var writer = new BinaryWriter(optimizer, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            _optimizer.save_state_dict(writer);
        }

        return new TrainingCheckpoint
        {
            Run = _run,
            Weights = _model.ReadWeights(),
            Optimizer = optimizer.ToArray(),
            Carried = _carried.C is null ? [_carried.H.ToFloats()] : [_carried.H.ToFloats(), _carried.C.ToFloats()],
        };
    }

    private void Carry(IReadOnlyList<float[]> values)
    {
        using var scope = NewDisposeScope();
        Tensor Read(float[] v) => tensor(v).view(Config.Layers, Settings.BatchSize, Config.HiddenSize);
        _carried.Dispose();
        _carried = new TensorState(Read(values[0]), values.Count > 1 ? Read(values[1]) : null).Detach();
    }

    private double Draw(RandomStream stream, long position) => Philox.Uniform(Settings.Seed, (int)stream, position);

    /// <summary>What a random number is for; each has a sequence of its own.</summary>
    private enum RandomStream
    {
        Offset = 1,
        Reset = 2,
        Dropout = 3,
    }
}

/// <summary>A training cannot go on; the message says why and what to change.</summary>
public sealed class TrainingException(string message) : Exception(message);
