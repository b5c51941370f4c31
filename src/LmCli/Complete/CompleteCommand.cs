using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using LmCli.Evaluate;
using LmCli.Generate;
using LmCli.Options;
using LmCli.Terminal;
using LmModel;
using LmModel.Completion;
using LmModel.Quantization;

namespace LmCli.Complete;

/// <summary><c>lm complete MODEL [TEXT]</c>: the most probable ways to continue a text that is being typed.</summary>
internal static class CompleteCommand
{
    private const string Word = "word";
    private const string Line = "line";

    private static readonly Argument<string?> Text = new("text")
    {
        Description = "What has been typed; may be empty. A text that begins like an option comes after --.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> TextFile = new("--text-file")
    {
        Description = "A UTF-8 file with the text, unchanged; - reads standard input.",
    };

    private static readonly Option<int> Count = Between(
        "--count", "How many completions to find; there may be fewer.", CompletionRequest.DefaultCount,
        CompletionRequest.MostCount);

    private static readonly Option<string> Until = new Option<string>("--until")
    {
        Description = "word: to the end of a word. line: to the end of the line.",
        DefaultValueFactory = _ => Word,
    }.AcceptOnlyFromAmong(Word, Line);

    private static readonly Option<int> Words = Between(
        "--words", "Number of words to complete.", 1, CompletionRequest.MostWords);

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON array." };

    private static readonly Option<Precision?> Kept = DecoderOptions.Precision("Default: that of the model folder.");

    private static readonly Option<int?> Threads = DecoderOptions.Threads(
        "Default: 1, which is fastest for one text of a small model.");

    public static Command Create()
    {
        var command = new Command("complete", "Completes a text that is being typed.")
        {
            ScoringOptions.Model, Text, TextFile, Count, Until, Words, Json, Kept, Threads,
        };
        command.Validators.Add(RefuseWordsOfLines);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var text = await PromptText.ReadAsync(
            arguments.GetValue(Text), arguments.GetValue(TextFile), cancellation);
        using var model = TextModel.Open(
            arguments.GetRequiredValue(ScoringOptions.Model),
            new() { Precision = arguments.GetValue(Kept), Threads = arguments.GetValue(Threads) ?? 1 });
        var completions = await model.CompleteAsync(
            text,
            new()
            {
                Count = arguments.GetValue(Count),
                Until = arguments.GetValue(Until) == Line ? CompletionUnit.Line : CompletionUnit.Word,
                Words = arguments.GetValue(Words),
            },
            cancellation);
        if (arguments.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(completions, JsonSerializerOptions.Web));
            return 0;
        }

        foreach (var completion in completions)
        {
            var shown = Printable.Text(completion.Text.Replace("\n", "\\n", StringComparison.Ordinal));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{completion.Probability,8:P2}  {shown}"));
        }

        return 0;
    }

    private static void RefuseWordsOfLines(CommandResult result)
    {
        if (result.GetResult(Words) is { Implicit: false } && result.GetValue(Until) == Line)
        {
            result.AddError($"{Words.Name} has no effect with {Until.Name} {Line}.");
        }
    }

    private static Option<int> Between(string name, string description, int value, int most) =>
        new Option<int>(name) { Description = $"{description} 1 to {most}.", DefaultValueFactory = _ => value }
            .Refuse(number => number < 1 || number > most ? $"must be 1 to {most}, not {number}." : null);
}
