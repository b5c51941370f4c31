using LmModel.Networks;
using LmModel.Training;

namespace LmCli;

/// <summary>A named recipe of <c>lm train</c>.</summary>
/// <param name="Name">As it is given to <c>--preset</c>.</param>
/// <param name="Description">A sentence for the help.</param>
/// <param name="Choices">What it decides; the text decides the rest.</param>
internal sealed record Preset(string Name, string Description, TrainingChoices Choices);

/// <summary>The recipes that have a name.</summary>
internal static class Presets
{
    public static readonly IReadOnlyList<Preset> All =
    [
        new("tiny", "a small network for seconds, to try the commands.", new TrainingChoices
        {
            Cell = Cell.Lstm, Layers = 1, HiddenSize = 32, EmbeddingSize = 16, BatchSize = 16, WindowLength = 64, Steps = 300,
            LearningRate = 1e-2, Dropout = 0,
        }),
        new("quick", "a first impression of a text in a few minutes.", new TrainingChoices
        {
            Cell = Cell.Lstm, Layers = 2, HiddenSize = 128, BatchSize = 32, Steps = 1500, LearningRate = 4e-3,
        }),
        new("shakespeare", "the recipe of models/shakespeare, for a megabyte read by the character.", new TrainingChoices
        {
            Tokenizer = "characters", Cell = Cell.Lstm, Layers = 2, HiddenSize = 320, EmbeddingSize = 64, Dropout = 0.25,
            BatchSize = 32, WindowLength = 128, Steps = 3000, ValidateEvery = 250,
        }),
        new("fairy-tales", "books of prose of several megabytes, read by longer tokens with tied weights.", new TrainingChoices
        {
            Tokenizer = "bpe", Vocabulary = 4096, Cell = Cell.Lstm, Layers = 2, HiddenSize = 512, TieWeights = true,
            BatchSize = 32, WindowLength = 64, Steps = 8000,
        }),
        new("rnn", "a plain tanh network of one layer, begun as a rotation and taught in small steps.", new TrainingChoices
        {
            Tokenizer = "characters", Cell = Cell.RnnTanh, Layers = 1, HiddenSize = 512, EmbeddingSize = 512,
            RecurrentInitialization = RecurrentInitialization.Orthogonal, LearningRate = 5e-4, GradientClip = 0.5,
            BatchSize = 32, WindowLength = 128, Steps = 5000,
        }),
    ];

    public static Preset Named(string name) => All.Single(p => p.Name == name);
}
