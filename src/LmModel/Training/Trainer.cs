using System.Globalization;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Inference.Managed;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Quantization.Measurement;
using LmModel.Tokenization;
using LmModel.Training.Checkpoints;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;
using TorchSharp;

namespace LmModel.Training;

/// <summary>
/// Trains one model by truncated backpropagation with carried state and keeps two checkpoints: the best weights as a
/// model folder that can be served, and the latest state of the training, from which <see cref="Resume"/> continues bit
/// for bit.
/// </summary>
internal sealed class Trainer : IDisposable
{
    /// <summary>
    /// Number of tokens at the beginning of the held-out text that a validation scores; the final scoring uses all.
    /// </summary>
    private const int LongestValidation = 120_000;

    private readonly Tokenizer _tokenizer;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly int[] _validation;
    private readonly TokenFile _tokens;
    private readonly WindowTrainer _network;
    private TrainingRun _run;

    private Trainer(
        TrainingRun run,
        CorpusSplit split,
        Tokenizer tokenizer,
        string folder,
        TimeProvider? time,
        CancellationToken cancellation)
    {
        (_run, Split, _tokenizer, _folder, _time) = (run, split, tokenizer, folder, time ?? TimeProvider.System);
        _validation = tokenizer.Encode(split.Validation.ReadToEnd(), cancellation);
        if (_validation.Length < 2)
        {
            throw new CorpusException(
                $"{(split.ValidationCorpus ?? split.Corpus).Name} is too short: the {split.Validation.Length} "
                    + $"characters held out for validation are {_validation.Length} tokens, and at least 2 are needed. "
                    + "Use a longer text or hold out more.");
        }

        var existed = Directory.Exists(folder);
        Directory.CreateDirectory(Path.GetDirectoryName(TokensIn(folder))!);
        try
        {
            _tokens = TokenFile.Write(TokensIn(folder), split.Training.Pieces(), tokenizer);
            _network = new WindowTrainer(run.Config, run.Settings, _tokens);
        }
        catch
        {
            _tokens?.Dispose();
            if (!existed)
            {
                // Invalid settings must not leave files behind.
                Directory.Delete(folder, recursive: true);
            }

            throw;
        }
    }

    /// <summary>The text that is trained on and the text that is validated on.</summary>
    public CorpusSplit Split { get; }

    /// <summary>The tokens of the text that is trained on.</summary>
    internal ITokens Tokens => _tokens;

    /// <summary>The architecture being trained.</summary>
    public ModelConfig Config => _run.Config;

    /// <summary>The settings of the training.</summary>
    public TrainingSettings Settings => _run.Settings;

    /// <summary>The tokenizer of the model.</summary>
    public Tokenizer Tokenizer => _tokenizer;

    /// <summary>Updates done.</summary>
    public int Step => _run.Step;

    /// <summary>Whether enough validations without improvement have passed to end the training (Prechelt
    /// 1998).</summary>
    public bool StopsEarly => Settings.Patience > 0 && _run.ValidationsSinceBest >= Settings.Patience;

    /// <summary>Number of updates after which the saved weights were reached; 0 before the first validation.</summary>
    public int BestStep => _run.BestStep;

    /// <summary>Time trained so far, over all interruptions.</summary>
    public TimeSpan Elapsed => _run.Elapsed;

    /// <summary>Number of tokens in the text that is trained on.</summary>
    public long TrainingTokens => _tokens.Length;

    /// <summary>Number of updates that read as many tokens as the training text contains.</summary>
    public double StepsPerEpoch => (double)TrainingTokens / Settings.BatchSize / Settings.WindowLength;

    /// <summary>
    /// Creates a new training that will write to <paramref name="folder"/>. The split determines what is held out,
    /// regardless of the settings.
    /// </summary>
    /// <remarks>
    /// Cancelling the token with which the corpus was opened also stops the reading here and leaves no files behind.
    /// </remarks>
    /// <exception cref="ArgumentException">Settings, architecture and text do not fit together; the message lists every
    /// problem.</exception>
    public static Trainer Start(
        CorpusSplit split,
        Tokenizer tokenizer,
        ModelConfig config,
        TrainingSettings settings,
        string folder,
        ModelCard card,
        TimeProvider? time = null)
    {
        settings = settings with { HoldOut = split.HoldOut };
        var problems = config.Problems().Concat(settings.Problems()).ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException($"This cannot be trained: {string.Join("; ", problems)}.");
        }

        // Decided once, so that a training that is resumed on another machine uses the same number format.
        settings = settings with { Arithmetic = settings.Arithmetic ?? ProcessorArithmetic.Fastest };
        var run = new TrainingRun
        {
            Config = config,
            Settings = settings,
            Card = card,
            CorpusSha256 = split.Corpus.Sha256,
            ValidationSha256 = split.ValidationCorpus?.Sha256,
        };
        var trainer = new Trainer(run, split, tokenizer, folder, time, split.Corpus.Cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(TrainingCheckpoint.PathIn(folder))!);
        // The state of an older training must not be resumed with the tokenizer of the new one.
        File.Delete(TrainingCheckpoint.PathIn(folder));
        TokenizerFile.Save(tokenizer, TrainingCheckpoint.TokenizerIn(folder));
        return trainer;
    }

    /// <summary>
    /// Continues from the last checkpoint in <paramref name="folder"/> as if it had never stopped.
    /// </summary>
    /// <exception cref="ModelFolderException">There is nothing to resume, or it is broken.</exception>
    /// <exception cref="CorpusException">The text is not the one with which the training was started.</exception>
    public static Trainer Resume(Corpus corpus, string folder, TimeProvider? time = null)
    {
        var (run, tokenizer, values) = TrainingCheckpoint.Load(folder);
        RequireSame(corpus, run.CorpusSha256);
        var split = corpus.Split(run.Settings.HoldOut);
        if (split.ValidationCorpus is { } validation)
        {
            RequireSame(validation, run.ValidationSha256);
        }

        var trainer = new Trainer(run, split, tokenizer, folder, time, corpus.Cancellation);
        try
        {
            trainer._network.Restore(values, run.Position);
            return trainer;
        }
        catch
        {
            trainer.Dispose();
            throw;
        }
    }

    /// <summary>Trains until the last step or until cancelled; the training is saved in both cases.</summary>
    /// <param name="report">Called every <paramref name="reportEvery"/> steps and after each validation.</param>
    /// <param name="cancellation">Stops the training after the current step, or in the middle of a validation.</param>
    /// <param name="reportEvery">Number of steps between reports, at least 1.</param>
    /// <returns>True when the training is finished, false when it was cancelled and can be resumed.</returns>
    /// <exception cref="TrainingException">The loss is not a finite number.</exception>
    public bool Run(Action<TrainingProgress> report, CancellationToken cancellation, int reportEvery = 10)
    {
        var begun = _time.GetTimestamp();
        var (elapsedBefore, stepBefore) = (_run.Elapsed, _run.Step);
        var (lossSum, steps, training) = (0.0, 0, TimeSpan.Zero);
        while (_run.ValidationDue || (_run.Step < Settings.Steps && !StopsEarly))
        {
            if (cancellation.IsCancellationRequested)
            {
                Checkpoint().Save(_folder);
                return false;
            }

            if (!_run.ValidationDue)
            {
                var stepBegun = _time.GetTimestamp();
                var loss = _network.TrainOn(_run.Step);
                lossSum += loss;
                training += _time.GetElapsedTime(stepBegun);
                steps++;
                var step = _run.Step + 1;
                _run = _run with
                {
                    Step = step,
                    Loss = loss,
                    Position = _network.Position,
                    Elapsed = elapsedBefore + _time.GetElapsedTime(begun),
                    ValidationDue = step % Settings.ValidateEvery == 0 || step == Settings.Steps,
                };
            }

            var validate = _run.ValidationDue;
            if (validate || _run.Step % reportEvery == 0)
            {
                if ((validate ? Validate(cancellation) : (null, false)) is not var (validationLoss, isBest))
                {
                    // If the validation is cancelled, the checkpoint records that it is due, and a resumed training
                    // begins with it.
                    continue;
                }

                var perStep = _time.GetElapsedTime(begun) / Math.Max(1, _run.Step - stepBefore);
                report(new TrainingProgress
                {
                    Step = _run.Step,
                    TotalSteps = Settings.Steps,
                    Loss = steps > 0 ? lossSum / steps : _run.Loss,
                    LearningRate = _network.LearningRate(_run.Step - 1),
                    TokensPerSecond = steps == 0 ? 0
                        : (double)steps * Settings.BatchSize * Settings.WindowLength / training.TotalSeconds,
                    Elapsed = _run.Elapsed,
                    Remaining = perStep * (Settings.Steps - _run.Step),
                    ValidationLoss = validationLoss,
                    IsBest = isBest,
                });
                (lossSum, steps, training) = (0, 0, TimeSpan.Zero);
            }
        }

        return true;
    }

    /// <summary>
    /// Scores the best weights with the decoder that will serve them: with both protocols, for the model card, and in
    /// every precision, which determines the default precision of the model.
    /// </summary>
    /// <param name="threads">Number of threads, at least 1; it does not change a single bit of the figures.</param>
    /// <param name="cancellation">Stops the scoring between two steps.</param>
    /// <param name="command">
    /// The command that repeats the measurement of the precisions, for the model card; null for none.
    /// </param>
    public TrainedModel Finish(
        int threads, CancellationToken cancellation, Func<PrecisionReport, string>? command = null)
    {
        var best = ModelFolder.Open(_folder).ReadWeights();
        ManagedStepModel Decoder(Precision precision) => new(best, precision, threads);

        var precisions = PrecisionComparison.Measure(Decoder, _tokenizer, _validation, cancellation: cancellation);
        using var full = Decoder(Precision.Fp32);
        EvaluationResult[] scored =
        [
            precisions.Single(p => p.Precision is Precision.Fp32).Loss,
            new Evaluator(full, _tokenizer).Evaluate(_validation, Protocol.Contiguous, cancellation: cancellation),
        ];
        var text = _tokenizer.Normalize(Split.Validation.ReadToEnd());
        var figures = Array.ConvertAll(scored, figure => figure.OfText(text, _tokenizer.TokenBytes(_validation[0])));
        SaveBest(best, figures);
        return new(figures, PrecisionRecord.Save(ModelFolder.Open(_folder), Split, precisions, command));
    }

    /// <summary>The current weights as a validation would score them, for use in a report.</summary>
    public NetworkWeights ReadWeights() => _network.AveragedWeights();

    public void Dispose()
    {
        _network.Dispose();
        _tokens.Dispose();
    }

    private static void RequireSame(Corpus corpus, string? sha256)
    {
        if (corpus.Sha256 != sha256)
        {
            throw new CorpusException(
                $"{corpus.Name} is not the text that this training began with: its SHA-256 is "
                    + $"{corpus.Sha256}, not {sha256}."
            );
        }
    }

    private static string TokensIn(string folder) =>
        Path.Combine(Path.GetDirectoryName(TrainingCheckpoint.PathIn(folder))!, "tokens.bin");

    /// <returns>Null if the validation was cancelled and is still due.</returns>
    private (double? Loss, bool IsBest)? Validate(CancellationToken cancellation)
    {
        var weights = _network.AveragedWeights();
        using var decoder = new ManagedStepModel(weights, Precision.Fp32, torch.get_num_threads());
        var tokens = _validation[..Math.Min(_validation.Length, LongestValidation)];
        EvaluationResult figure;
        try
        {
            figure = new Evaluator(decoder, _tokenizer).Evaluate(
                tokens,
                Protocol.ColdWindows,
                cancellation: cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        if (!double.IsFinite(figure.NatsPerToken))
        {
            throw new TrainingException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The validation loss after step {_run.Step} is {figure.NatsPerToken}: the training diverged. "
                        + $"Lower the learning rate (now {Settings.LearningRate})."));
        }

        var isBest = !(figure.NatsPerToken >= _run.BestLoss);
        _run = isBest
            ? _run with
            {
                BestLoss = figure.NatsPerToken,
                BestStep = _run.Step,
                ValidationsSinceBest = 0,
                ValidationDue = false,
            }
            : _run with
            {
                ValidationsSinceBest = _run.ValidationsSinceBest + 1,
                ValidationDue = false,
            };
        if (isBest)
        {
            SaveBest(weights, [figure]);
        }

        Checkpoint().Save(_folder);
        return (figure.NatsPerToken, isBest);
    }

    private void SaveBest(NetworkWeights weights, IReadOnlyList<EvaluationResult> figures) =>
        ModelFolder.Save(
            _folder, _tokenizer, weights,
            ModelCardText.Render(_run.Card, _run, Split, _tokenizer, figures));

    private TrainingCheckpoint Checkpoint() => new() { Run = _run, Tensors = _network.Read() };
}

/// <summary>The measurements of a model at the end of its training.</summary>
/// <param name="Figures">The loss on the held-out text with each protocol, in fp32.</param>
/// <param name="Precision">The loss in each precision, and the default precision.</param>
public sealed record TrainedModel(IReadOnlyList<EvaluationResult> Figures, PrecisionReport Precision);
