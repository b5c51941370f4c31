using System.CommandLine;
using LmCli.Evaluate;
using LmCli.Generate;
using LmCli.Options;
using LmModel.Checkpoints;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Engines;
using LmModel.Quantization;
using LmModel.Scoring;

namespace LmCli.Score;

/// <summary><c>lm score MODEL FILE</c>: how much a text, or each of its lines, surprises a model.</summary>
internal static class ScoreCommand
{
    /// <summary>Exit code if a line is unusual.</summary>
    public const int Unusual = 2;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private static readonly Argument<string> Input = new("file")
    {
        Description = "The UTF-8 text file to score; - reads standard input.",
    };

    private static readonly Option<bool> Lines = new("--lines")
    {
        Description = "Score each line by itself and print it with its surprise.",
    };

    private static readonly Option<bool> Follow = new("--follow")
    {
        Description = "Wait for further lines, like tail -F. Implies --lines.",
    };

    private static readonly Option<bool> FromStart = new("--from-start")
    {
        Description = "With --follow: also score the lines that the file already has.",
    };

    private static readonly Option<Surprise> By = new Option<Surprise>("--by")
    {
        Description = "What of a line counts, in bits: the mean over its characters, the peak, which is its least "
            + "probable token, or the burst, its three least probable tokens in a row.",
        HelpName = "mean|peak|burst",
    }.AcceptOnlyFromAmong("mean", "peak", "burst");

    private static readonly Option<bool> MaskDigits = new("--mask-digits")
    {
        Description = "With lines: read every digit as 0, for a model that was trained on such a text.",
    };

    private static readonly Option<double?> Threshold = new("--threshold")
    {
        Description = "Print only lines with more bits than this, and exit with 2 if there are any. Implies --lines.",
    };

    private static readonly Option<string?> Normal = new("--normal")
    {
        Description = "A text file of normal lines, from which the threshold is taken. Implies --lines.",
    };

    private static readonly Option<double> FalseAlarms = new Option<double>("--false-alarms")
    {
        Description = "Share of the lines of --normal that are above the threshold.",
        DefaultValueFactory = _ => 0.01,
    }.Refuse(share => share is >= 0 and < 1 ? null : $"must be at least 0 and below 1, not {share}.");

    private static readonly Option<bool> All = new("--all")
    {
        Description = "With a threshold: print all lines, not only those above it.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object per line." };

    private static readonly Option<string?> Webhook = new Option<string?>("--webhook")
    {
        Description = "With a threshold: also post each line above it to this address, as JSON.",
    }.Refuse(url => url is null || AddressOf(url) is not null
        ? null
        : $"must begin with http:// or https://, not '{url}'.");

    private static readonly Option<InferenceEngine> Engine = DecoderOptions.Engine();
    private static readonly Option<Precision?> Kept = DecoderOptions.Precision("Default: that of the model folder.");

    public static Command Create()
    {
        var command = new Command("score", "Measures how much a text, or each of its lines, surprises a model.")
        {
            ScoringOptions.Model, Input, Lines, By, MaskDigits, Threshold, Normal, FalseAlarms, All, Follow, FromStart,
            Webhook,
            Json, Engine, Kept, ScoringOptions.Threads,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var folder = ModelFolder.Open(arguments.GetRequiredValue(ScoringOptions.Model));
        var stepping = arguments.GetValue(Engine);
        var precision = StepModels.PrecisionFor(stepping, arguments.GetValue(Kept), folder.DefaultPrecision);
        using var model = StepModels.Create(
            folder.ReadWeights(), stepping, precision, ScoringOptions.ThreadsOf(arguments));
        return ByLine(arguments)
            ? await ScoreLinesAsync(arguments, folder, model, cancellation)
            : await ScoreTextAsync(arguments, folder, model, cancellation);
    }

    private static Uri? AddressOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : null;

    private static bool ByLine(ParseResult arguments) =>
        arguments.GetValue(Lines) || arguments.GetValue(Follow) || arguments.GetValue(Threshold) is not null
        || arguments.GetValue(Normal) is not null;

    private static async Task<int> ScoreTextAsync(
        ParseResult arguments, ModelFolder folder, IStepModel model, CancellationToken cancellation)
    {
        var text = await PromptText.ReadAsync(null, arguments.GetRequiredValue(Input), cancellation);
        using var engine = new GenerationEngine(
            model, folder.Tokenizer, folder.Config.StartToken, new GenerationEngineOptions(), TimeProvider.System);
        var request = ScoreRequest.Of(folder.Tokenizer, folder.Config.StartToken, text, given: null);
        var score = await new TextScorer(engine.TryStart, folder.Tokenizer).TryScore(request, cancellation)!;
        Console.WriteLine(arguments.GetValue(Json) ? ScoreOutput.Json(score) : ScoreOutput.Text(score));
        return 0;
    }

    private static async Task<int> ScoreLinesAsync(
        ParseResult arguments, ModelFolder folder, IStepModel model, CancellationToken cancellation)
    {
        using var scorer = new LineScorer(folder, model, arguments.GetValue(MaskDigits));
        var by = arguments.GetValue(By);
        var threshold = arguments.GetValue(Threshold);
        if (arguments.GetValue(Normal) is { } normal)
        {
            threshold = await ThresholdAsync(scorer, normal, by, arguments.GetValue(FalseAlarms), cancellation);
            await Console.Error.WriteLineAsync(ScoreOutput.Threshold(threshold.Value, by));
        }

        using var output = new ScoreOutput(
            by, threshold, arguments.GetValue(All), arguments.GetValue(Json), AddressOf(arguments.GetValue(Webhook)));
        await foreach (var line in scorer.ScoreAsync(LinesOf(arguments, cancellation), cancellation))
        {
            await output.WriteAsync(line, cancellation);
        }

        if (threshold is null)
        {
            return 0;
        }

        await Console.Error.WriteLineAsync(output.Summary);
        return output.UnusualLines > 0 ? Unusual : 0;
    }

    private static async Task<double> ThresholdAsync(
        LineScorer scorer, string normal, Surprise by, double falseAlarms, CancellationToken cancellation)
    {
        var bits = new List<double>();
        await using var file = File.OpenRead(normal);
        await foreach (var line in scorer.ScoreAsync(LineSource.ReadAsync(file, cancellation), cancellation))
        {
            bits.Add(line.Bits(by));
        }

        if (bits.Count == 0)
        {
            throw new InvalidDataException($"{normal} has no lines to take a threshold from.");
        }

        // Of n lines, ⌊n · share⌋ are above it.
        bits.Sort();
        return bits[bits.Count - 1 - (int)(bits.Count * falseAlarms)];
    }

    private static IAsyncEnumerable<string> LinesOf(ParseResult arguments, CancellationToken cancellation)
    {
        var file = arguments.GetRequiredValue(Input);
        if (file == "-")
        {
            return LineSource.ReadAsync(Console.OpenStandardInput(), cancellation);
        }

        return arguments.GetValue(Follow)
            ? LineSource.FollowAsync(
                file, arguments.GetValue(FromStart), PollInterval, TimeProvider.System, cancellation)
            : LineSource.ReadAsync(File.OpenRead(file), cancellation);
    }
}
