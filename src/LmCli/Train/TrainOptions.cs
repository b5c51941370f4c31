using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using LmModel.Training.Settings;

namespace LmCli.Train;

/// <summary>What <c>lm train</c> can be told. An option without a default is chosen for the text and the time, and said.</summary>
internal static class TrainOptions
{
    public static readonly Argument<string> Text = new("text") { Description = "The UTF-8 text file to train on, or a folder: all .txt files in it and below it." };

    public static readonly Option<string?> Out = new("--out", "-o")
    {
        Description = "Folder for the model. Default: models/ and the name of the text.",
    };

    public static readonly Option<double?> Minutes = Number<double>(
        "--minutes", $"Time the training may take; the network and the steps are chosen for it. Default: {TrainingSetup.DefaultMinutes}.", 0.01, 100_000);

    public static readonly Option<string?> PresetName = new Option<string?>("--preset")
    {
        Description = $"A named recipe; other options change it.{string.Concat(Presets.All.Select(p => $"\n{p.Name}: {p.Description}"))}",
    }.AcceptOnlyFromAmong([.. Presets.All.Select(p => p.Name)]);

    public static readonly Option<string?> Tokens = new Option<string?>("--tokenizer")
    {
        Description = "What the model reads and writes at a time.",
    }.AcceptOnlyFromAmong("characters", "bytes", "bpe", "words");

    public static readonly Option<int?> Vocabulary = Number<int>("--vocabulary", "Tokens of a bpe vocabulary, at least 256; of words at most so many.");

    public static readonly Option<UnknownCharacters?> Unknown = new("--unknown")
    {
        Description = "What a characters tokenizer does with a character that the text does not have: refuse the prompt, leave the character out, or read another in its place. Default: error.",
        HelpName = "error|drop|replace:X",
        CustomParser = result =>
        {
            var given = result.Tokens[0].Value;
            if (UnknownCharacters.Parse(given) is { } rule)
            {
                return rule;
            }

            result.AddError($"--unknown must be error, drop, or replace: and one character, such as replace:?, not '{given}'.");
            return null;
        },
    };

    public static readonly Option<TextNormalization?> Normalize = Named(
        "--normalize", "Unicode normalization form that every text is brought into before it becomes tokens. Default: none.",
        ("none", TextNormalization.None), ("nfc", TextNormalization.Nfc), ("nfkc", TextNormalization.Nfkc));

    public static readonly Option<Cell?> CellKind = Named(
        "--cell", "Recurrent cell. Default: lstm.",
        ("rnn_tanh", Cell.RnnTanh), ("rnn_relu", Cell.RnnRelu), ("gru", Cell.Gru), ("lstm", Cell.Lstm));

    public static readonly Option<int?> Layers = Number<int>("--layers", "Recurrent layers, 1 to 64. Default: 1 for characters and bytes, 2 for longer tokens.");

    public static readonly Option<int?> Hidden = Number<int>("--hidden", "Units of a layer, 1 to 65536.");

    public static readonly Option<int?> Embedding =
        Number<int>("--embedding", "Embedding size. Default: a quarter of the units, not above the vocabulary; all of them where weights are tied.");

    public static readonly Option<bool> Tie = new("--tie-weights") { Description = "Use the embedding as the output matrix too." };

    public static readonly Option<double?> Dropout = Number<double>("--dropout", "Dropout between layers and before the output, 0 to below 1.");

    public static readonly Option<double?> InputDropout =
        Number<double>("--input-dropout", "Dropout of the embedded tokens, the same elements at every step of a window.", 0, 0.95);

    public static readonly Option<double?> EmbeddingDropout =
        Number<double>("--embedding-dropout", "Dropout of whole tokens of the embedding, for a window.", 0, 0.95);

    public static readonly Option<double?> WeightDrop =
        Number<double>("--weight-drop", "Dropout of elements of the recurrent matrices, for a window.", 0, 0.95);

    public static readonly Option<RecurrentInitialization?> Initialization = Named(
        "--initialization", "Where the recurrent matrices begin.",
        ("uniform", RecurrentInitialization.Uniform), ("orthogonal", RecurrentInitialization.Orthogonal),
        ("identity", RecurrentInitialization.Identity));

    public static readonly Option<int?> Batch = Number<int>("--batch", "Columns of text read side by side, 1 to 4096.");

    public static readonly Option<int?> Window = Number<int>("--window", "Steps that gradients flow back through, 1 to 8192.");

    public static readonly Option<bool> Jitter = new("--jitter")
    {
        Description = "Draw the length of each window, so that the text is cut elsewhere every time.",
    };

    public static readonly Option<double?> Reset =
        Number<double>("--reset", "Probability that a column begins a window cold, as a served model does.", 0, 1);

    public static readonly Option<int?> Steps = Number<int>("--steps", "Updates of the weights, instead of --minutes.");

    public static readonly Option<double?> LearningRate = Number<double>("--learning-rate", "Peak of the learning rate, 1e-9 to 10.");

    public static readonly Option<Schedule?> LearningRateSchedule = Named(
        "--schedule", "How the learning rate goes: up at once and half a cosine down, or slowly up and down.",
        ("cosine", Schedule.Cosine), ("one-cycle", Schedule.OneCycle));

    public static readonly Option<int?> Cycles = Number<int>(
        "--cycles", "How often the schedule is gone through: each further time begins at the peak again, from better weights.", 1, 1000);

    public static readonly Option<int?> Warmup = Number<int>("--warmup", "Steps of the rise to the peak, with the cosine.");

    public static readonly Option<double?> Decay = Number<double>("--weight-decay", "AdamW's decay of matrices, 0 to 1.");

    public static readonly Option<double?> Clip = Number<double>("--clip", "Norm the gradient is scaled down to, 1e-6 to 1e6.");

    public static readonly Option<double?> Average =
        Number<double>("--average", "Decay of the moving average of the weights, which is what is saved; 0 keeps none.", 0, 0.999999);

    public static readonly Option<int?> SampledTokens = Number<int>(
        "--sampled-tokens", "Tokens that stand for a large vocabulary in the training loss of a step; 0 for all.", 0, 1 << 20);

    public static readonly Option<TrainingArithmetic?> Arithmetic = Named(
        "--arithmetic", "Number format of the products. Default: the fastest that the processor has.",
        ("fp32", TrainingArithmetic.Fp32), ("bf16", TrainingArithmetic.Bf16));

    public static readonly Option<int?> Patience =
        Number<int>("--patience", "Validations without a new best after which the training ends; 0 never ends it early. Default: a fifth of them; with --steps 0.", 0, int.MaxValue);

    public static readonly Option<double> Held =
        CorpusOptions.Share("Share of the text held out: its end, or whole documents of a folder. Less of a large text.");

    public static readonly Option<int?> Every = Number<int>("--validate-every", "Steps between validations; each saves.");

    public static readonly Option<int?> SampleEvery =
        Number<int>("--sample-every", "Validations between samples of text; 0 shows none. Default: 1.", 0, int.MaxValue);

    public static readonly Option<long?> Seed = Number<long>("--seed", "Key of every random number.", 0, long.MaxValue);

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

    /// <summary>A number that is checked here where a range is given, and otherwise with the rest of the network and settings.</summary>
    private static Option<T?> Number<T>(string name, string description, double? least = null, double? most = null)
        where T : struct, IConvertible => new Option<T?>(name) { Description = description }.Refuse(given =>
        {
            if (given is null || least is null)
            {
                return null;
            }

            var value = given.Value.ToDouble(CultureInfo.InvariantCulture);
            return value >= least && !(value > most)
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"must be from {least} to {most}, not {given}.");
        });

    private static Option<T?> Named<T>(string name, string description, params (string Name, T Value)[] values)
        where T : struct => new(name)
        {
            Description = description,
            HelpName = string.Join('|', values.Select(v => v.Name)),
            CustomParser = result =>
            {
                var given = result.Tokens[0].Value;
                var found = Array.FindIndex(values, v => v.Name == given);
                if (found < 0)
                {
                    result.AddError($"'{given}' must be {string.Join(", ", values[..^1].Select(v => v.Name))} or {values[^1].Name}.");
                    return null;
                }

                return values[found].Value;
            },
        };
}
