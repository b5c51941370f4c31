using System.Numerics;
using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training.Batches;
using LmModel.Training.Settings;
using static LmModel.Training.Planning.TrainingPlanRules;

namespace LmModel.Training.Planning;

/// <summary>Makes one <see cref="TrainingPlan"/>: each decision depends on those before it.</summary>
/// <param name="text">The text to train on.</param>
/// <param name="given">The choices that have already been made.</param>
/// <param name="time">The time to plan for; null if the number of steps is given.</param>
internal sealed class TrainingPlanner(CorpusFacts text, TrainingChoices given, TrainingTime? time)
{
    private readonly List<string> _reasons = [];
    private string _tokenizer = "";
    private int _vocabulary;
    private double _tokens;
    private ModelConfig _network = null!;
    private TrainingSettings _settings = given.Over(new());
    private double _epochs;

    public TrainingPlan Plan()
    {
        ChooseTokenizer();
        ChooseSplit();
        ChooseWindows();
        ChooseNetwork();
        ChooseSteps();
        ChooseDropout();
        ChooseValidations();
        return new()
        {
            Tokenizer = _tokenizer,
            Vocabulary = _vocabulary,
            Network = _network,
            Settings = _settings,
            Epochs = _epochs,
            Reasons = _reasons,
        };
    }

    private void ChooseTokenizer()
    {
        var small = text.Bytes <= LargestCharacterText;
        var rich = text.DistinctCharacters > MostCharacters;
        _tokenizer = given.Tokenizer ?? (!small ? "bpe" : rich ? "bytes" : "characters");
        (_vocabulary, _tokens) = _tokenizer switch
        {
            "characters" => (text.DistinctCharacters, text.Characters),
            "bytes" => (256, text.Bytes),
            "words" => (Words(), text.Bytes / BytesPerWord),
            _ => Trained(given.Vocabulary ?? (int)Math.Clamp(
                BitOperations.RoundUpToPowerOf2((uint)Math.Min(1 << 30, text.Bytes / BytesPerVocabularyToken)),
                LeastVocabulary, MostVocabulary)),
        };
        RequireAtLeast(_tokenizer == "bpe" ? 256 : _tokenizer == "words" ? 3 : 0);
        AddReason(given.Tokenizer is not null
            ? PlanReasons.AskedTokenizer(_tokenizer, text)
            : PlanReasons.Tokenizer(_tokenizer, _vocabulary, text));
    }

    private void ChooseSplit()
    {
        var most = Math.Min(_settings.ValidationShare, MostValidationBytes / Math.Max(1, text.Bytes));
        // Rounded to four digits, so that it is easy to type.
        var share = given.ValidationShare ?? Math.Max(0.001, Math.Round(most, 4));
        _settings = _settings with { ValidationShare = share };
        _tokens *= 1 - share;
    }

    private void ChooseWindows()
    {
        var subwords = _tokenizer is not ("characters" or "bytes");
        var columns = PowerOfTwo(ColumnsOfAMillionTokens * Math.Sqrt(_tokens / 1e6), 1, ColumnsOfAMillionTokens);
        var longest = subwords ? SubwordWindow : CharacterWindow;
        var window = PowerOfTwo(CharacterWindow * Math.Cbrt(_tokens / 1e5), LeastWindow, longest);
        _settings = _settings with
        {
            BatchSize = given.BatchSize ?? columns,
            WindowLength = given.WindowLength ?? window,
        };
        if (given.BatchSize is null && given.WindowLength is null)
        {
            _settings = ContiguousBatches.Fit(_settings, (long)_tokens);
        }
    }

    private void ChooseNetwork()
    {
        var candidates = given.HiddenSize is { } asked ? [Network(asked)]
            : time is null ? [.. Widths.Where(w => w <= UntimedWidth).Select(Network)]
            : Widths.Select(Network).ToList();
        _network = candidates.LastOrDefault(Suits) ?? candidates[0];
        AddReason(given.HiddenSize is not null ? PlanReasons.AskedNetwork(_network, Multiplied(_network))
            : time is null ? PlanReasons.UntimedNetwork(_network)
            : PlanReasons.TimedNetwork(_network, time, LeastEpochs, TrainingPlan.MostParameters(_tokens)));
    }

    private void ChooseSteps()
    {
        bool AreTooFew() => time is not null && Steps() < LeastSteps;
        while (given.BatchSize is null && _settings.BatchSize > LeastColumns && AreTooFew())
        {
            _settings = _settings with { BatchSize = _settings.BatchSize / 2 };
        }

        while (given.WindowLength is null && _settings.WindowLength > LeastTimedWindow && AreTooFew())
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
            AddReason(PlanReasons.AskedSteps(_settings, _epochs));
            return;
        }

        AddReason(PlanReasons.Speed(time, Speed(_network)));
        AddReason(asked > most
            ? PlanReasons.EnoughSteps(_settings, _epochs, time)
            : PlanReasons.TimedSteps(_settings, _epochs, time));
    }

    private void ChooseDropout()
    {
        var planned = PlannedDropout.For(_network, _settings, _tokens);
        _network = _network with { Dropout = given.Dropout ?? planned.Between };
        _settings = _settings with
        {
            InputDropout = given.InputDropout ?? planned.Input,
            WeightDrop = given.WeightDrop ?? planned.Weight,
            WeightDecay = given.WeightDecay ?? (planned.Between > 0 ? RepeatedWeightDecay : _settings.WeightDecay),
        };
        AddReason(PlanReasons.Dropout(_network, _settings, _epochs, Multiplied(_network) / _tokens));
    }

    private void ChooseValidations()
    {
        var defaults = new TrainingSettings();
        var steps = _settings.Steps;
        // Scoring a token costs a third of training on it.
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
            Patience = given.Patience
                ?? (time is null ? 0 : (int)Math.Max(1, Math.Ceiling(PatientShare * steps / every))),
        };
        AddReason(PlanReasons.Validation(_settings));
    }

    private bool IsPlain => _network.Gates == 1;

    private int SampledTokens => given.SampledTokens ?? (_vocabulary > SampledVocabulary ? SampleSize : 0);

    private double TokensAStep => (double)_settings.BatchSize * _settings.WindowLength;

    /// <summary>The number of steps that the time allows, or the given number if there is no time.</summary>
    private double Steps() => time is null ? given.Steps!.Value : TokensInTime(_network) / TokensAStep;

    /// <summary>Tokens per second.</summary>
    private double Speed(ModelConfig network) => 1 / (
        (FlopsPerParameter * Multiplied(network) / (time!.FlopsPerSecond * Efficiency))
        + (GateSeconds * network.Layers * network.Gates * network.HiddenSize)
        + (LogitSeconds * PlannedDropout.Scored(_vocabulary, SampledTokens))
        + (TimeStepSeconds * network.Layers / _settings.BatchSize));

    private double TokensInTime(ModelConfig network) => time!.Minutes * 60 * TrainedShare * Speed(network);

    private double LeastEpochs =>
        Math.Clamp(EpochsOfAMillionTokens * _tokens / 1e6, FewestEpochs, EpochsOfAMillionTokens);

    private bool Suits(ModelConfig network) =>
        TrainingPlan.Suits(network, _settings with { SampledTokens = SampledTokens }, _tokens)
        && (time is null
            || TokensInTime(network) >= Math.Min(LeastEpochs * _tokens, TokensPerParameter * Multiplied(network)));

    private ModelConfig Network(int hidden)
    {
        var tied = given.TieWeights ?? (_vocabulary > TiedVocabulary && given.EmbeddingSize is null);
        var widest = Math.Max(EmbeddingStep, _vocabulary / EmbeddingStep * EmbeddingStep);
        var embedding = Math.Max(1, Math.Min(hidden / 4, widest));
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

    // A token of a vocabulary of 4,096 covers about 3.6 bytes of English, and its length grows with the logarithm.
    private (int Vocabulary, double Tokens) Trained(int vocabulary) =>
        (vocabulary, text.Bytes / (0.3 * Math.Log2(Math.Max(4, vocabulary))));

    // The number of words is known only after counting them; it is at most the requested number.
    private int Words() => (int)Math.Min(
        given.Vocabulary ?? WordTokenizer.DefaultVocabularySize, Math.Max(3, text.Bytes / BytesPerWord));

    private static int PowerOfTwo(double near, int least, int most) =>
        (int)Math.Clamp(Math.Pow(2, Math.Round(Math.Log2(Math.Max(1, near)))), least, most);

    private void RequireAtLeast(int vocabulary)
    {
        if (given.Vocabulary < vocabulary)
        {
            throw new ArgumentException(
                $"The vocabulary must be at least {vocabulary} for {_tokenizer}, not {given.Vocabulary}.");
        }
    }

    private void AddReason(string reason) => _reasons.Add(reason);
}
