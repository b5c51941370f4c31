using System.Globalization;
using System.Text;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Files;

namespace LmModel.Quantization.Measurement;

/// <summary>The section of a model card that says what the model loses in each precision.</summary>
internal static class PrecisionSection
{
    private const string Heading = "## Precision";
    private const string Follower = "## Known limits";

    /// <summary>
    /// The card with this section in the place of its old one, or before the known limits, or at its end.
    /// </summary>
    public static string InsertInto(string card, PrecisionReport report, string model)
    {
        var lines = card.Split('\n');
        var headings = Headings(lines);
        var start = headings.FindIndex(h => h.Text == Heading);
        int from, to;
        if (start >= 0)
        {
            from = headings[start].Line;
            to = headings.Skip(start + 1).Where(h => !h.Text.StartsWith("###", StringComparison.Ordinal))
                .Select(h => h.Line).FirstOrDefault(lines.Length);
        }
        else
        {
            from = to = headings.Where(h => h.Text == Follower).Select(h => h.Line).FirstOrDefault(lines.Length);
        }

        var before = string.Join('\n', lines[..from]).TrimEnd('\r', '\n');
        var after = string.Join('\n', lines[to..]);
        var section = Render(report, model);
        return (before.Length > 0 ? before + "\n\n" : "") + section + (after.Length > 0 ? "\n" + after : "");
    }

    private static string Render(PrecisionReport report, string model)
    {
        var text = new StringBuilder();
        void Append(FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
        void Line(FormattableString line)
        {
            Append(line);
            text.Append('\n');
        }

        var full = report.Figures.Single(f => f.Precision is Precision.Fp32).NatsPerToken;
        Line($"{Heading}");
        Line($"");
        Append($"Served in {report.Default.Name()} where nothing else is asked for: ");
        Line($"it reads the fewest bytes of weights of those whose");
        Line($"loss differs from that of fp32 by less than {report.Tolerance} nats a token.");
        Line($"");
        Line($"| precision | nats/token | difference | bytes of weights a token |");
        Line($"| --- | --- | --- | --- |");
        foreach (var f in report.Figures)
        {
            Append($"| {f.Precision.Name()} | {f.NatsPerToken:F5} ");
            Line($"| {f.NatsPerToken - full:+0.00000;-0.00000;0} | {f.BytesPerToken:N0} |");
        }

        var protocol = (report.Protocol == PrecisionReport.Cold ? Protocol.ColdWindows : Protocol.Contiguous)
            .Describe(report.Window);
        Line($"");
        Line($"{report.Tokens:N0} tokens of `{report.Text}`, {protocol}: `{Command(report, model)}`.");
        return text.ToString();
    }

    private static string Command(PrecisionReport report, string model)
    {
        var command = new StringBuilder(
            $"lm quantize {ShellWord.Path($"models/{model}")} {ShellWord.Path(report.Text)}");
        if (report.HeldOut is { } documents)
        {
            command.Append(new HoldOut { Documents = documents }.Options);
        }
        else if (report.TextShare != 1)
        {
            command.Append(new HoldOut { Share = report.TextShare }.Options);
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

    /// <summary>The lines that are headings; what looks like one inside a block of code is none.</summary>
    private static List<(int Line, string Text)> Headings(string[] lines)
    {
        var headings = new List<(int, string)>();
        var code = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd();
            code ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!code && line.StartsWith('#'))
            {
                headings.Add((i, line));
            }
        }

        return headings;
    }
}
