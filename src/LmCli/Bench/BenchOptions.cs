using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LmCli.Bench.Load;
using LmCli.Options;
using LmCli.Train;
using LmModel.Quantization;
using LmModel.Training.Settings;

namespace LmCli.Bench;

/// <summary>The options of <c>lm bench</c>.</summary>
internal static class BenchOptions
{
    public static readonly Argument<string?> Model = new("model")
    {
        Description = "The model folder. Without one, a random network of the sizes below is measured.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static readonly Option<int> Hidden = Positive("--hidden", "Units of a layer, and size of "
        + "the embedding.", 512);

    public static readonly Option<int> Layers = Positive("--layers", "Recurrent layers.", 2);

    /// <summary>The cell, as a training chooses it.</summary>
    public static readonly SettingOption CellKind = TrainOptions.Of(nameof(TrainingChoices.Cell));

    public static readonly Option<int> Vocabulary = Positive("--vocabulary", "Tokens of the vocabulary.", 256);

    public static readonly Option<string?> Save = new("--save")
    {
        Description = "Write the random network to this model folder and exit; a service can load it for --url.",
    };

    public static readonly Option<int[]> Streams = new("--streams")
    {
        Description = "Numbers of simultaneous streams, separated by commas.",
        DefaultValueFactory = _ => [1, 8, 32, 128],
        HelpName = "n,n,…",
        CustomParser = ParseStreams,
    };

    public static readonly Option<double?> Seconds = new Option<double?>("--seconds")
    {
        Description = "How long each measurement of a round takes. Default: 3.",
    }.Refuse(seconds => seconds <= 0 ? "must be above 0." : null);

    public static readonly Option<int?> Tokens = new Option<int?>("--tokens")
    {
        Description = "Measure this many tokens of each stream instead of a time. With --url the default is 500.",
    }.Refuse(tokens => tokens < 1 ? "must be at least 1." : null);

    public static readonly Option<int> PromptTokens = Positive(
        "--prompt-tokens",
        "Tokens of a stream's prompt; characters with --url.",
        16);

    public static readonly Option<int> Threads = Positive(
        "--threads",
        "Threads of a step, for our engine and TorchSharp.",
        Environment.ProcessorCount);

    public static readonly Option<Precision?> Kept = DecoderOptions.Precision(
        "Default: that of the model folder; int8 for a random network. The bandwidth is measured in all.");

    public static readonly Option<int> Rounds = Positive("--rounds", "Number of times that everything is "
        + "measured, in turn.", 3);

    public static readonly Option<bool> NoPeers = new("--no-peers")
    {
        Description = "Do not measure other libraries that can step the network.",
    };

    public static readonly Option<Uri?> Url = new("--url")
    {
        Description = "Measure a running service over HTTP instead, such as http://localhost:8080.",
        CustomParser = ParseUrl,
    };

    public static readonly Option<int> Clients = Positive(
        "--clients",
        "Connections with --url, each with one stream at a time.",
        32);

    public static readonly Option<bool> Completions = new("--completions")
    {
        Description = "With --url: measure POST /v1/completions, what OpenAI's clients call, beside POST /generate, in "
            + "turn.",
    };

    public static readonly Option<int?> Typists = new Option<int?>("--typists")
    {
        Description = $"With --url: measure completions for so many people who type {TypingSettings.Rate} characters a "
            + "second, in place of streams.",
    }.Refuse(typists => typists < 1 ? "must be at least 1." : null);

    public static readonly Option<int> Keystrokes = Positive(
        "--keystrokes", "Keystrokes of a typist in a round.", 100);

    /// <summary>Options that only make sense without a service, or with one.</summary>
    public static readonly IReadOnlyList<Option> LocalOnly =
        [Hidden, Layers, Vocabulary, CellKind.Option, Streams, Seconds, Threads, Kept, NoPeers, Save];

    public static readonly IReadOnlyList<Option> UrlOnly = [Clients, Completions, Typists, Keystrokes];

    /// <summary>What only streams have, and what only typists have.</summary>
    public static readonly IReadOnlyList<Option> StreamsOnly = [Clients, Completions, Tokens, PromptTokens];

    public static readonly IReadOnlyList<Option> TypistsOnly = [Keystrokes];

    /// <summary>What a model folder decides.</summary>
    public static readonly IReadOnlyList<Option> Sizes = [Hidden, Layers, Vocabulary, CellKind.Option, Save];

    private static Option<int> Positive(string name, string description, int value) =>
        new Option<int>(name) { Description = description, DefaultValueFactory = _ => value }
            .Refuse(number => number < 1 ? "must be at least 1." : null);

    private static int[]? ParseStreams(ArgumentResult result)
    {
        var numbers = new List<int>();
        foreach (var part in result.Tokens[0].Value.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            {
                result.AddError($"--streams takes numbers of at least 1, separated by commas, not '{part}'.");
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers.Distinct().Order()];
    }

    private static Uri? ParseUrl(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp)
        {
            return url;
        }

        result.AddError($"--url must begin with http://, not '{result.Tokens[0].Value}'.");
        return null;
    }
}
