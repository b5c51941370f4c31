using System.CommandLine;
using LmModel.Networks;
using LmModel.Training;

namespace LmCli;

/// <summary>What <c>lm train</c> can be told.</summary>
internal static class TrainOptions
{
    private static readonly TrainingSettings Default = new();

    public static readonly Argument<string> Text = new("text") { Description = "The UTF-8 text file to train on, or a folder: all .txt files in it and below it." };

    public static readonly Option<string?> Out = new("--out", "-o")
    {
        Description = "Folder for the model. Default: models/ and the name of the text.",
    };

    public static readonly Option<string> Tokens =
        Of("--tokenizer", "What the model reads and writes at a time.", "characters").AcceptOnlyFromAmong("characters", "bytes", "bpe", "words");

    public static readonly Option<int?> Vocabulary = new("--vocabulary")
    {
        Description = "Tokens of a bpe vocabulary (default: 4096), or at most of one of words (default: 50000).",
    };

    public static readonly Option<Cell> CellKind = new("--cell")
    {
        Description = "Recurrent cell.",
        DefaultValueFactory = _ => Cell.Lstm,
        HelpName = "rnn_tanh|rnn_relu|gru|lstm",
        CustomParser = result =>
        {
            var name = result.Tokens[0].Value;
            if (!Enum.TryParse<Cell>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var cell))
            {
                result.AddError($"'{name}' must be rnn_tanh, rnn_relu, gru or lstm.");
            }

            return cell;
        },
    };

    public static readonly Option<int> Layers = Of("--layers", "Recurrent layers.", 2);

    public static readonly Option<int> Hidden = Of("--hidden", "Units of a layer.", 256);

    public static readonly Option<int?> Embedding = new("--embedding")
    {
        Description = "Embedding size. Default: a quarter of the units, all of them where weights are tied.",
    };

    public static readonly Option<double> Dropout = Of("--dropout", "Dropout between layers and before the output.", 0.2);

    public static readonly Option<bool> Tie = new("--tie-weights")
    {
        Description = "Use the embedding as the output matrix too.",
    };

    public static readonly Option<int?> Batch = new("--batch")
    {
        Description = $"Columns of text read side by side. Default: {Default.BatchSize}, fewer for a short text.",
    };

    public static readonly Option<int?> Window = new("--window")
    {
        Description = $"Steps that gradients flow back through. Default: {Default.WindowLength}, fewer for a short text.",
    };

    public static readonly Option<int> Steps = Of("--steps", "Updates of the weights.", Default.Steps);

    public static readonly Option<double> LearningRate =
        Of("--learning-rate", "Peak of the learning rate.", Default.LearningRate);

    public static readonly Option<int> Warmup = Of("--warmup", "Steps of the rise to the peak.", Default.WarmupSteps);

    public static readonly Option<double> Decay = Of("--weight-decay", "AdamW's decay of matrices.", Default.WeightDecay);

    public static readonly Option<double> Clip =
        Of("--clip", "Norm the gradient is scaled down to.", Default.GradientClip);

    public static readonly Option<double> Held =
        CorpusOptions.Share("Share of the text held out: its end, or whole documents of a folder.");

    public static readonly Option<int> Every =
        Of("--validate-every", "Steps between validations; each saves.", Default.ValidateEvery);

    public static readonly Option<long> Seed = Of("--seed", "Key of every random number.", Default.Seed);

    public static readonly Option<int?> Threads = DecoderOptions.Threads("Default: one a core.");

    public static readonly Option<string?> About = new("--about")
    {
        Description = "A sentence about the text for the model card: what, from where, which licence.",
    };

    public static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Go on with the training in the folder; its settings stay.",
    };

    public static readonly Option<bool> Overwrite = new("--overwrite")
    {
        Description = "Begin anew where the folder already has a model.",
    };

    private static Option<T> Of<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
