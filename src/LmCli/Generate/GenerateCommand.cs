using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using LmCli.Guard;
using LmCli.Options;
using LmModel;
using LmModel.Checkpoints;
using LmModel.Generation;
using LmModel.Guard;
using LmModel.Inference.Engines;
using LmModel.Quantization;

namespace LmCli.Generate;

/// <summary><c>lm generate MODEL [PROMPT]</c>: streams text to the terminal, what it cost to standard error.</summary>
internal static class GenerateCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "The model folder." };

    private static readonly Argument<string?> Prompt = new("prompt")
    {
        Description = "The text to continue; may be empty. A text that begins like an option comes after --.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> PromptFile = new("--prompt-file")
    {
        Description = "A UTF-8 file with the text to continue, unchanged; - reads standard input.",
    };

    private static readonly Option<int?> MaxTokens = new("--max-tokens", "-n")
    {
        Description = "Tokens to generate; 0 only reads the prompt. Default: the model's own, or "
            + $"{GenerateOptions.DefaultMaxTokens}.",
    };

    private static readonly Option<string[]> Stop = new Option<string[]>("--stop")
    {
        Description = "End before this text; can be repeated. Default: the model's own, or none.",
    }.Refuse(stop => stop?.Contains("") == true ? "must not be empty." : null);

    private static readonly Option<bool> Echo = new("--echo") { Description = "Print the prompt too." };
    private static readonly Option<long?> Seed = new("--seed")
    {
        Description = "Key of every random number: the same seed gives the same text. Default: drawn and printed.",
    };

    private static readonly Option<InferenceEngine> Engine = DecoderOptions.Engine();
    private static readonly Option<Precision?> Kept = DecoderOptions.Precision(
        "Default: that of the model folder.");
    private static readonly Option<int?> Threads = DecoderOptions.Threads(
        "Default: 1, which is fastest for one text of a small model.");

    public static Command Create()
    {
        AtLeast(MaxTokens, 0);
        AtLeast(Seed, 0L);
        var command = new Command("generate", "Generates text with a model.")
        {
            Model, Prompt, PromptFile, MaxTokens, Stop, Echo, Seed, Engine, Kept, Threads,
            NeuralCacheOptions.Size, NeuralCacheOptions.Theta, NeuralCacheOptions.Lambda, GuardOptions.Refused,
        };
        foreach (var option in SamplingOptions.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var prompt = await PromptText.ReadAsync(
            arguments.GetValue(Prompt),
            arguments.GetValue(PromptFile),
            cancellation);
        var folder = ModelFolder.Open(arguments.GetRequiredValue(Model));
        var settings = Settings(arguments, folder, folder.Tokenizer.Encode(prompt, cancellation));
        var stepping = arguments.GetValue(Engine);
        var precision = StepModels.PrecisionFor(stepping, arguments.GetValue(Kept), folder.DefaultPrecision);
        using var model = StepModels.Create(
            folder.ReadWeights(), stepping, precision, arguments.GetValue(Threads) ?? 1);
        using var engine = new GenerationEngine(
            model, folder.Tokenizer, folder.Config.StartToken,
            // A pager may show one page for any length of time.
            new GenerationEngineOptions { ParkedTimeout = Timeout.InfiniteTimeSpan }, TimeProvider.System);
        var generation = engine.TryStart(settings, cancellation)!;
        await foreach (var item in generation.Events)
        {
            if (item.Done is { } done)
            {
                Console.WriteLine();
                await Console.Error.WriteLineAsync(Summary(done, settings.Seed));
            }
            else
            {
                Console.Write(item.Token.Text);
            }
        }

        return 0;
    }

    private static GenerationSettings Settings(ParseResult arguments, ModelFolder folder, int[] prompt) => new()
    {
        PromptTokens = prompt,
        MaxTokens = arguments.GetValue(MaxTokens) ?? folder.Defaults.MaxTokens ?? GenerateOptions.DefaultMaxTokens,
        Seed = arguments.GetValue(Seed) ?? new Random().Next(),
        Stop = arguments.GetValue(Stop) is { Length: > 0 } stop ? stop : folder.Defaults.Stop,
        Echo = arguments.GetValue(Echo),
        NeuralCache = NeuralCacheOptions.Read(arguments),
        Guard = arguments.GetValue(GuardOptions.Refused) is { } run ? VerbatimRule.Of(folder.Guard, run) : null,
        Sampling = SamplingOptions.Read(arguments, folder.Defaults.Sampling),
    };

    private static string Summary(DoneEvent done, long seed)
    {
        var reason = done.StopSequence is { } stop
            ? $"stop at \"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(stop)}\""
            : done.FinishReason is FinishReason.Guard ? "guard" : "length";
        var guard = done.Guarded is { } blocked ? $"the guard acted at {blocked}; " : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{reason}; {done.PromptTokens} + {done.CompletionTokens} tokens; {guard}{Pace(done)}; seed {seed}]");
    }

    private static string Pace(DoneEvent done)
    {
        if (done.Timings.FirstToken is not { } first)
        {
            return string.Create(CultureInfo.InvariantCulture, $"read in {done.Timings.Total.TotalMilliseconds:F0} ms");
        }

        var decoding = done.Timings.Total - first;
        var rate = decoding > TimeSpan.Zero ? (done.CompletionTokens - 1) / decoding.TotalSeconds : 0;
        return string.Create(
            CultureInfo.InvariantCulture, $"first after {first.TotalMilliseconds:F0} ms, then {rate:F0} tokens/s");
    }

    private static void AtLeast<T>(Option<T> option, IComparable least) => option.Refuse(value =>
        value is not null && least.CompareTo(value) > 0
            ? string.Create(CultureInfo.InvariantCulture, $"must be at least {least}, not {value}.")
            : null);
}
