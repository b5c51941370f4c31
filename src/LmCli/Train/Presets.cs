using LmModel.Networks;
using LmModel.Training.Settings;

namespace LmCli.Train;

/// <summary>A named recipe of <c>lm train</c>.</summary>
/// <param name="Name">As it is given to <c>--preset</c>.</param>
/// <param name="Description">A sentence for the help.</param>
/// <param name="Choices">Its choices; the rest depends on the text.</param>
internal sealed record Preset(string Name, string Description, TrainingChoices Choices);

/// <summary>The recipes that have a name.</summary>
internal static class Presets
{
    public static readonly IReadOnlyList<Preset> All =
    [
        new("tiny", "a small network that trains in seconds, to try the commands.", new()
        {
            Cell = Cell.Lstm, Layers = 1, HiddenSize = 32, EmbeddingSize = 16, BatchSize = 16, WindowLength = 64,
            Steps = 300, LearningRate = 1e-2, Dropout = 0,
        }),
        new("quick", "a first impression of a text in a few minutes.", new()
        {
            Cell = Cell.Lstm, Layers = 2, HiddenSize = 128, BatchSize = 32, Steps = 1500, LearningRate = 4e-3,
        }),
        new("shakespeare", "the recipe of models/shakespeare, for a megabyte of characters.", new()
        {
            Tokenizer = "characters", Cell = Cell.Lstm, Layers = 1, HiddenSize = 768, EmbeddingSize = 64,
            Dropout = 0.25, InputDropout = 0.1, EmbeddingDropout = 0, WeightDrop = 0.2, BatchSize = 64,
            WindowLength = 128, Steps = 2564, LearningRate = 3e-3, WarmupSteps = 100, WeightDecay = 0.01,
            GradientClip = 0.5, StateResetProbability = 0.03, AverageDecay = 0.9922, ValidateEvery = 103,
        }),
        new("fairy-tales",
            "the recipe of models/fairy-tales, for several megabytes of books with longer tokens.", new()
        {
            Tokenizer = "bpe", Vocabulary = 3000, Cell = Cell.Lstm, Layers = 2, HiddenSize = 448, TieWeights = true,
            Dropout = 0.1, InputDropout = 0.05, EmbeddingDropout = 0, WeightDrop = 0.1, BatchSize = 64,
            WindowLength = 96, Steps = 3600, LearningRate = 3e-3, WarmupSteps = 200, WeightDecay = 0.01,
            GradientClip = 0.5, StateResetProbability = 0.02, AverageDecay = 0.999, ValidateEvery = 400,
        }),
        new("words", "for a corpus that is split into words, such as WikiText-2; six epochs.", new()
        {
            Tokenizer = "words", Cell = Cell.Lstm, Layers = 2, HiddenSize = 200, TieWeights = true, Dropout = 0.2,
            InputDropout = 0.1, EmbeddingDropout = 0, WeightDrop = 0.1, BatchSize = 20, WindowLength = 35,
            JitterWindows = true, Steps = 17_900, LearningRate = 3e-3, WarmupSteps = 500, WeightDecay = 0.01,
            GradientClip = 0.25, StateResetProbability = 0.01, AverageDecay = 0.9985, SampledTokens = 0,
            ValidateEvery = 2983,
        }),
        new("rnn", "a plain tanh network of one layer for a megabyte of characters, initialized with a rotation.", new()
        {
            Tokenizer = "characters", Cell = Cell.RnnTanh, Layers = 1, HiddenSize = 768, EmbeddingSize = 128,
            Dropout = 0.1, InputDropout = 0.05, EmbeddingDropout = 0, WeightDrop = 0.1,
            RecurrentInitialization = RecurrentInitialization.Orthogonal, BatchSize = 64, WindowLength = 128,
            Steps = 2400, LearningRate = 2e-3, WarmupSteps = 100, WeightDecay = 0.01, GradientClip = 0.25,
            StateResetProbability = 0.03, AverageDecay = 0.995, ValidateEvery = 400,
        }),
    ];

    public static Preset Named(string name) => All.Single(p => p.Name == name);
}
