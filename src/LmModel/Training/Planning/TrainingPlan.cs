using System.Numerics;
using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training.Batches;
using LmModel.Training.Settings;
using static System.FormattableString;
using static LmModel.Training.Planning.TrainingPlanRules;

namespace LmModel.Training.Planning;

/// <summary>The time a training may take.</summary>
/// <param name="Minutes">Above 0.</param>
/// <param name="FlopsPerSecond">The machine's rate of matrix products, see <see cref="MachineSpeed"/>.</param>
public sealed record TrainingTime(double Minutes, double FlopsPerSecond)
{
    /// <summary>The time as a sentence has it.</summary>
    public string Words => Invariant($"{Minutes:0.##} minute{(Minutes == 1 ? "" : "s")}");
}

/// <summary>
/// Tokenizer, network and schedule for a text and a time, and why. A function of its arguments alone; what was chosen
/// already stays, and the rest adapts to it.
/// </summary>
public sealed record TrainingPlan
{
    /// <summary>The tokenizer's <see cref="Tokenization.Tokenizer.Kind"/>.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>Tokens of its vocabulary: exact for one that is trained, expected for others.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>The network; <see cref="ModelConfig.VocabularySize"/> is that of the expected vocabulary.</summary>
    public required ModelConfig Network { get; init; }

    public required TrainingSettings Settings { get; init; }

    /// <summary>How often the training text will be read.</summary>
    public required double Epochs { get; init; }

    /// <summary>A sentence for each decision.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>
    /// All that is decided, as choices that make the same plan without a time. The vocabulary is stated for bpe alone: how many
    /// words or characters there are, the text decides.
    /// </summary>
    public TrainingChoices Choices => new TrainingChoices
    {
        Tokenizer = Tokenizer,
        Vocabulary = Tokenizer == "bpe" ? Vocabulary : null,
        Cell = Network.Cell,
        Layers = Network.Layers,
        HiddenSize = Network.HiddenSize,
        EmbeddingSize = Network.EmbeddingSize,
        TieWeights = Network.TieWeights,
        Dropout = Network.Dropout,
    }.With(TrainingSetting.All.Select(setting => (setting, setting.Of(Settings))));

    /// <param name="text">The text to train on.</param>
    /// <param name="given">What is decided already.</param>
    /// <param name="time">What the steps are counted from; needed where <paramref name="given"/> has none, else unused.</param>
    /// <exception cref="ArgumentException">Neither steps nor a time are given, or the time is not above 0.</exception>
    public static TrainingPlan Make(CorpusFacts text, TrainingChoices given, TrainingTime? time)
    {
        if (given.Steps is null && !(time is { Minutes: > 0, FlopsPerSecond: > 0 }))
        {
            throw new ArgumentException(
                Invariant($"A plan needs steps, or a time above 0 minutes, not {time?.Minutes ?? 0}."), nameof(time));
        }

        var plan = new Planning(text, given, given.Steps is null ? time : null);
        plan.ChooseTokenizer();
        plan.ChooseSplit();
        plan.ChooseWindows();
        plan.ChooseNetwork();
        plan.ChooseSteps();
        plan.ChooseDropout();
        plan.ChooseValidations();
        return plan.Result();
    }

    /// <summary>Whether a text is long enough for a network: a wider one would only learn it by heart sooner.</summary>
    /// <param name="network">The network.</param>
    /// <param name="settings">Its sampled tokens.</param>
    /// <param name="tokens">Tokens of the text that is trained on, above 0.</param>
    public static bool Suits(ModelConfig network, TrainingSettings settings, double tokens) =>
        PlannedDropout.Multiplied(network, settings.SampledTokens) <= MostParameters(tokens);

    private static double MostParameters(double tokens) =>
        Math.Max(ParametersPerToken * tokens, ParametersPerRootToken * Math.Sqrt(tokens));

    private sealed class Planning(CorpusFacts text, TrainingChoices given, TrainingTime? time)
    {
        private readonly List<string> _reasons = [];
        private string _tokenizer = "";
        private int _vocabulary;
        private double _tokens;
        private ModelConfig _network = null!;
        private TrainingSettings _settings = given.Over(new());
        private double _epochs;

        public void ChooseTokenizer()
        {
            var small = text.Bytes <= LargestCharacterText;
            var rich = text.DistinctCharacters > MostCharacters;
            _tokenizer = given.Tokenizer ?? (!small ? "bpe" : rich ? "bytes" : "characters");
            (_vocabulary, _tokens) = _tokenizer switch
            {
                "characters" => (text.DistinctCharacters, text.Characters),
                "bytes" => (256, text.Bytes),
                // How many words there are is known only when they are counted: at most as many as are asked for.
                "words" => ((int)Math.Min(given.Vocabulary ?? WordTokenizer.DefaultVocabularySize, Math.Max(3, text.Bytes / BytesPerWord)), text.Bytes / BytesPerWord),
                _ => Trained(given.Vocabulary ?? (int)Math.Clamp(
                    BitOperations.RoundUpToPowerOf2((uint)Math.Min(1 << 30, text.Bytes / BytesPerVocabularyToken)),
                    LeastVocabulary, MostVocabulary)),
            };
            RequireAtLeast(_tokenizer == "bpe" ? 256 : _tokenizer == "words" ? 3 : 0);
            Say(given.Tokenizer is not null
                ? Invariant($"Tokenizer: {_tokenizer}, as asked; the text has {text.Bytes:N0} bytes and {text.DistinctCharacters:N0} different characters.")
                : !small
                    ? Invariant($"Tokenizer: bpe of {_vocabulary:N0} tokens, because {text.Bytes:N0} bytes are enough to learn longer tokens (more than {LargestCharacterText:N0}).")
                    : rich
                        ? Invariant($"Tokenizer: bytes, because {text.DistinctCharacters:N0} different characters in {text.Bytes:N0} bytes are seen too rarely (more than {MostCharacters}).")
                        : Invariant($"Tokenizer: characters, because the text is short ({text.Bytes:N0} bytes) and has {text.DistinctCharacters:N0} different ones."));
        }

        public void ChooseSplit()
        {
            var most = Math.Min(_settings.ValidationShare, MostValidationBytes / Math.Max(1, text.Bytes));
            // Four digits, so that a reader can type it.
            var share = given.ValidationShare ?? Math.Max(0.001, Math.Round(most, 4));
            _settings = _settings with { ValidationShare = share };
            _tokens *= 1 - share;
        }

        public void ChooseWindows()
        {
            var subwords = _tokenizer is not ("characters" or "bytes");
            var columns = PowerOfTwo(ColumnsOfAMillionTokens * Math.Sqrt(_tokens / 1e6), 1, ColumnsOfAMillionTokens);
            var window = PowerOfTwo(CharacterWindow * Math.Cbrt(_tokens / 1e5), LeastWindow, subwords ? SubwordWindow : CharacterWindow);
            _settings = _settings with { BatchSize = given.BatchSize ?? columns, WindowLength = given.WindowLength ?? window };
            if (given.BatchSize is null && given.WindowLength is null)
            {
                _settings = ContiguousBatches.Fit(_settings, (long)_tokens);
            }
        }

        public void ChooseNetwork()
        {
            var candidates = given.HiddenSize is { } asked ? [Network(asked)]
                : time is null ? [.. Widths.Where(w => w <= UntimedWidth).Select(Network)]
                : Widths.Select(Network).ToList();
            _network = candidates.LastOrDefault(Suits) ?? candidates[0];
            var name = $"Network: {_network.Cell.Name()} of {_network.Layers} x {_network.HiddenSize} units"
                       + $", embedding {_network.EmbeddingSize}{(_network.TieWeights ? ", tied" : "")}";
            Say(given.HiddenSize is not null ? Invariant($"{name}, as asked: {Multiplied(_network):N0} parameters in products.")
                : time is null ? Invariant($"{name}: a number of steps says nothing about time, so it is at most {UntimedWidth} wide.")
                : Invariant($"{name}: the widest that, in {time.Words}, reads the text {LeastEpochs:0.#} times or {TokensPerParameter} tokens a parameter, and has at most {MostParameters(_tokens):N0} parameters in products, which suit the length of the text."));
        }

        public void ChooseSteps()
        {
            while (given.BatchSize is null && time is not null && _settings.BatchSize > LeastColumns && Steps() < LeastSteps)
            {
                _settings = _settings with { BatchSize = _settings.BatchSize / 2 };
            }

            while (given.WindowLength is null && time is not null && _settings.WindowLength > LeastTimedWindow && Steps() < LeastSteps)
            {
                _settings = _settings with { WindowLength = _settings.WindowLength / 2 };
            }

            var epochs = Math.Max(AllowedEpochs, MostExposure * _tokens / Multiplied(_network));
            var (asked, most) = (Steps(), Math.Max(1, epochs * _tokens / TokensAStep));
            var steps = given.Steps ?? (int)Math.Clamp(Math.Round(Math.Min(asked, most)), 1, int.MaxValue);
            _settings = _settings with { Steps = steps, SampledTokens = SampledTokens };
            _epochs = PlannedDropout.Epochs(_settings, _tokens);
            if (time is null)
            {
                Say(Invariant($"Steps: {steps:N0} of {_settings.BatchSize} x {_settings.WindowLength} tokens, as asked: the text is read {_epochs:0.0} times."));
                return;
            }

            Say(Invariant($"Speed: {time.FlopsPerSecond / 1e9:N0} GFLOP/s in matrix products, which for this network should be about {Speed(_network):N0} tokens/s."));
            Say(asked > most
                ? Invariant($"Steps: {steps:N0} of {_settings.BatchSize} x {_settings.WindowLength} tokens. The text is read {_epochs:0.0} times, which is enough for its length, so this takes less than {time.Words}.")
                : Invariant($"Steps: {steps:N0} of {_settings.BatchSize} x {_settings.WindowLength} tokens, as {time.Words} allow{(time.Minutes == 1 ? "s" : "")}: the text is read {_epochs:0.0} times."));
        }

        public void ChooseDropout()
        {
            var planned = PlannedDropout.For(_network, _settings, _tokens);
            _network = _network with { Dropout = given.Dropout ?? planned.Between };
            _settings = _settings with
            {
                InputDropout = given.InputDropout ?? planned.Input,
                WeightDrop = given.WeightDrop ?? planned.Weight,
                WeightDecay = given.WeightDecay ?? (planned.Between > 0 ? RepeatedWeightDecay : _settings.WeightDecay),
            };
            var all = new[] { _network.Dropout, _settings.InputDropout, _settings.EmbeddingDropout, _settings.WeightDrop };
            var why = Invariant($"the text is read {_epochs:0.0} times by {Multiplied(_network) / _tokens:0.##} parameters for each of its tokens");
            Say(all.All(p => p == 0)
                ? $"Dropout: none, because {why}, which is hardly enough to learn it by heart."
                : Invariant($"Dropout: {all[0]} between layers and before the output, {all[1]} of the input, {all[2]} of whole tokens, {all[3]} of recurrent weights, because {why}."));
        }

        public void ChooseValidations()
        {
            var defaults = new TrainingSettings();
            var steps = _settings.Steps;
            // A token scored costs a third of one trained on.
            var held = _tokens * _settings.ValidationShare / (1 - _settings.ValidationShare) / 3;
            var count = Math.Clamp(ValidationCost * steps * TokensAStep / held, 2, MostValidations);
            var every = given.ValidateEvery ?? (int)Math.Max(1, Math.Ceiling(steps / count));
            _settings = _settings with
            {
                ValidateEvery = every,
                LearningRate = given.LearningRate ?? (IsPlain ? PlainLearningRate : defaults.LearningRate),
                WarmupSteps = given.WarmupSteps ?? Math.Min(defaults.WarmupSteps, steps / 10),
                AverageDecay = given.AverageDecay
                    ?? Math.Round(1 - 1 / Math.Clamp(steps * AveragedShare, 1, 1 / (1 - defaults.AverageDecay)), 4),
                Patience = given.Patience ?? (time is null ? 0 : (int)Math.Max(1, Math.Ceiling(PatientShare * steps / every))),
            };
            Say(Invariant($"Validation: every {every:N0} steps on the last {_settings.ValidationShare:0.##%} of the text, which is never trained on.")
                + (_settings.Patience > 0 ? Invariant($" The training ends early after {_settings.Patience} without a new best.") : ""));
        }

        public TrainingPlan Result() => new()
        {
            Tokenizer = _tokenizer,
            Vocabulary = _vocabulary,
            Network = _network,
            Settings = _settings,
            Epochs = _epochs,
            Reasons = _reasons,
        };

        private bool IsPlain => _network.Cell is Cell.RnnTanh or Cell.RnnRelu;

        private int SampledTokens => given.SampledTokens ?? (_vocabulary > SampledVocabulary ? SampleSize : 0);

        private double TokensAStep => (double)_settings.BatchSize * _settings.WindowLength;

        /// <summary>Steps the time allows; those given where there is no time.</summary>
        private double Steps() => time is null ? given.Steps!.Value : TokensInTime(_network) / TokensAStep;

        /// <summary>Tokens a second.</summary>
        private double Speed(ModelConfig network) => 1 / (
            (FlopsPerParameter * Multiplied(network) / (time!.FlopsPerSecond * Efficiency))
            + (GateSeconds * network.Layers * network.Gates * network.HiddenSize)
            + (LogitSeconds * PlannedDropout.Scored(_vocabulary, SampledTokens))
            + (TimeStepSeconds * network.Layers / _settings.BatchSize));

        private double TokensInTime(ModelConfig network) => time!.Minutes * 60 * TrainedShare * Speed(network);

        private double LeastEpochs => Math.Clamp(EpochsOfAMillionTokens * _tokens / 1e6, FewestEpochs, EpochsOfAMillionTokens);

        private bool Suits(ModelConfig network) =>
            TrainingPlan.Suits(network, _settings with { SampledTokens = SampledTokens }, _tokens)
            && (time is null || TokensInTime(network) >= Math.Min(LeastEpochs * _tokens, TokensPerParameter * Multiplied(network)));

        private ModelConfig Network(int hidden)
        {
            var tied = given.TieWeights ?? (_vocabulary > TiedVocabulary && given.EmbeddingSize is null);
            var embedding = Math.Max(1, Math.Min(hidden / 4, Math.Max(EmbeddingStep, _vocabulary / EmbeddingStep * EmbeddingStep)));
            return new ModelConfig
            {
                Cell = given.Cell ?? Cell.Lstm,
                VocabularySize = _vocabulary,
                EmbeddingSize = given.EmbeddingSize ?? (tied ? hidden : embedding),
                HiddenSize = hidden,
                Layers = given.Layers ?? (_tokenizer is "characters" or "bytes" ? CharacterLayers : SubwordLayers),
                TieWeights = tied,
            };
        }

        private long Multiplied(ModelConfig network) => PlannedDropout.Multiplied(network, SampledTokens);

        // A token of a vocabulary of 4,096 is about 3.6 bytes of English long, and grows with the logarithm.
        private (int Vocabulary, double Tokens) Trained(int vocabulary) =>
            (vocabulary, text.Bytes / (0.3 * Math.Log2(Math.Max(4, vocabulary))));

        private static int PowerOfTwo(double near, int least, int most) =>
            (int)Math.Clamp(Math.Pow(2, Math.Round(Math.Log2(Math.Max(1, near)))), least, most);

        private void RequireAtLeast(int vocabulary)
        {
            if (given.Vocabulary < vocabulary)
            {
                throw new ArgumentException($"--vocabulary must be at least {vocabulary} for {_tokenizer}, not {given.Vocabulary}.");
            }
        }

        private void Say(string reason) => _reasons.Add(reason);
    }
}
