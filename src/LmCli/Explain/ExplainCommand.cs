using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LmCli.Evaluate;
using LmCli.Options;
using LmCli.Terminal;
using LmModel;
using LmModel.Explanation;
using LmModel.Quantization;
using NameLists = LmModel.Files.NameLists;

namespace LmCli.Explain;

/// <summary><c>lm explain MODEL PROMPT</c>: why the model continues a prompt as it does.</summary>
internal static class ExplainCommand
{
    private static readonly Argument<string> Prompt = new("prompt")
    {
        Description = "The text before what is explained. A text that begins like an option comes after --.",
    };

    private static readonly Option<string?> Target = new("--target")
    {
        Description = "The text that follows. Default: the most probable token.",
    };

    private static readonly Option<string?> Against = new("--against")
    {
        Description = "Explain why the target follows and not this text. Default: nothing.",
    };

    private static readonly Option<string[]> Methods = new("--method")
    {
        Description = "erasure: each token left out. erasure_expected: each replaced by the token that was expected. "
            + "reach: only the last tokens read. gradient_input, integrated_gradients: by the gradient of the embedded "
            + "tokens. contextual_decomposition: what each brought into the state of an LSTM. Can be repeated. "
            + "Default: all but integrated_gradients, which takes long.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object." };

    private static readonly Option<Precision?> Kept = DecoderOptions.Precision("Default: that of the model folder.");

    private static readonly Dictionary<string, ExplanationMethod> Named =
        Enum.GetValues<ExplanationMethod>().ToDictionary(NameOf);

    public static Command Create()
    {
        Methods.AcceptOnlyFromAmong([.. Named.Keys]);
        var command = new Command("explain", "Explains which tokens of a prompt a continuation depends on.")
        {
            ScoringOptions.Model, Prompt, Target, Against, Methods, Json, Kept, ScoringOptions.Threads,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        using var model = TextModel.Open(
            arguments.GetRequiredValue(ScoringOptions.Model),
            new() { Precision = arguments.GetValue(Kept), Threads = ScoringOptions.ThreadsOf(arguments) });
        var prompt = arguments.GetRequiredValue(Prompt);
        var target = arguments.GetValue(Target) ?? await NextAsync(model, prompt, cancellation);
        var methods = arguments.GetValue(Methods) is { Length: > 0 } names
            ? names.Select(name => Named[name]).ToList()
            : null;
        var explained = await model.ExplainAsync(
            prompt, target, arguments.GetValue(Against), methods, cancellation);
        if (arguments.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(explained, JsonSerializerOptions.Web));
        }
        else
        {
            WriteTable(explained);
        }

        return 0;
    }

    private static async Task<string> NextAsync(TextModel model, string prompt, CancellationToken cancellation)
    {
        var greedy = new GenerateOptions { MaxTokens = 1, Seed = 0, Sampling = new() { Temperature = 0 } };
        await foreach (var token in model.GenerateAsync(prompt, greedy, cancellation))
        {
            return model.Detokenize([token.Id]);
        }

        throw new InvalidOperationException("The model gave no token.");
    }

    private static void WriteTable(TextExplanation explained)
    {
        var against = explained.Against is { } other ? $", less that of {Quoted(other)}," : "";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"The log probability of {Quoted(explained.Target)}{against} is {explained.Value:F4}."));
        foreach (var attribution in explained.Attributions)
        {
            Console.WriteLine($"{NameOf(attribution.Method)}: {attribution.Question}");
        }

        Console.WriteLine();
        var names = explained.Attributions.Select(a => NameOf(a.Method).PadLeft(WidthOf(a.Method)));
        Console.WriteLine($"{"token",-16}{string.Concat(names)}");
        for (var i = 0; i < explained.Prompt.Count; i++)
        {
            // Reach counts from the end: its value stands at the first of the last k tokens.
            var values = explained.Attributions.Select(
                a => a.Values[a.Method is ExplanationMethod.Reach ? ^(i + 1) : i]
                    .ToString("F4", CultureInfo.InvariantCulture)
                    .PadLeft(WidthOf(a.Method)));
            Console.WriteLine($"{Quoted(explained.Prompt[i].Text),-16}{string.Concat(values)}");
        }
    }

    private static int WidthOf(ExplanationMethod method) => Math.Max(10, NameOf(method).Length + 2);

    private static string Quoted(string text) =>
        $"\"{Printable.Text(text.Replace("\n", "\\n", StringComparison.Ordinal))}\"";

    private static string NameOf(ExplanationMethod method) => NameLists.Of(typeof(ExplanationMethod))[(int)method];
}
