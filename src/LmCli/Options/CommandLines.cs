using System.Globalization;
using System.Text;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Files;
using LmModel.Quantization;

namespace LmCli.Options;

/// <summary>The commands that model cards give to their readers.</summary>
internal static class CommandLines
{
    /// <summary>The command that reproduces the figures of a card.</summary>
    public static string Evaluate(string model, string text, HoldOut holdOut) =>
        $"lm evaluate {ShellWord.Path($"models/{model}")} {ShellWord.Path(text)}{Options(holdOut)}";

    /// <summary>The command that measures the precisions of a model again.</summary>
    public static string Quantize(string model, PrecisionReport report)
    {
        var command = new StringBuilder(
            $"lm quantize {ShellWord.Path($"models/{model}")} {ShellWord.Path(report.Text)}");
        if (report.HeldOut is { } documents)
        {
            command.Append(Options(new HoldOut { Documents = documents }));
        }
        else if (report.TextShare != 1)
        {
            command.Append(Options(new HoldOut { Share = report.TextShare }));
        }

        if (report.Protocol == PrecisionReport.Contiguous)
        {
            command.Append(" --protocol contiguous");
        }
        else if (report.Window != Evaluator.DefaultWindow)
        {
            command.Append(CultureInfo.InvariantCulture, $" --window {report.Window}");
        }

        return command.ToString();
    }

    /// <summary>The options that select a part of a text, after the text.</summary>
    public static string Options(HoldOut holdOut)
    {
        const string options = " --split validation";
        if (holdOut.ValidationText is { } text)
        {
            return $"{options} --validation-text "
                + $"{ShellWord.Quote(Path.GetFileName(Path.TrimEndingDirectorySeparator(text)))}";
        }

        return holdOut.Documents.Count > 0
            ? options + string.Concat(holdOut.Documents.Select(d => $" --hold-out {ShellWord.Quote(d)}"))
            : holdOut.Share == HoldOut.DefaultShare ? options
            : string.Create(CultureInfo.InvariantCulture, $"{options} --validation {holdOut.Share}");
    }
}
