using System.Globalization;
using System.Text;
using LmModel.Evaluation;

namespace LmModel.Quantization.Measurement;

/// <summary>The section of a model card with the loss of the model in each precision.</summary>
internal static class PrecisionSection
{
    private const string Heading = "## Precision";
    private const string Follower = "## Known limits";

    /// <summary>
    /// The card with this section in place of its old one, or before the known limits, or at its end.
    /// </summary>
    /// <param name="card">The card.</param>
    /// <param name="report">What the section says.</param>
    /// <param name="command">The command that measures it again; null for none.</param>
    public static string InsertInto(string card, PrecisionReport report, string? command)
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
        var section = Render(report, command);
        return (before.Length > 0 ? before + "\n\n" : "") + section + (after.Length > 0 ? "\n" + after : "");
    }

    private static string Render(PrecisionReport report, string? command)
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
        Append($"Served in {report.Default.Name()} by default: ");
        Line($"it reads the fewest bytes of weights of those whose");
        Line($"loss differs from that of fp32 by less than {report.Tolerance} nats per token.");
        Line($"");
        Line($"| precision | nats/token | difference | bytes of weights per token |");
        Line($"| --- | --- | --- | --- |");
        foreach (var f in report.Figures)
        {
            Append($"| {f.Precision.Name()} | {f.NatsPerToken:F5} ");
            Line($"| {f.NatsPerToken - full:+0.00000;-0.00000;0} | {f.BytesPerToken:N0} |");
        }

        var protocol = (report.Protocol == PrecisionReport.Cold ? Protocol.ColdWindows : Protocol.Contiguous)
            .Describe(report.Window);
        Line($"");
        Append($"{report.Tokens:N0} tokens of `{report.Text}`, {protocol}");
        Line($"{(command is null ? "" : $": `{command}`")}.");
        return text.ToString();
    }

    /// <summary>The lines that are headings, except those inside a block of code.</summary>
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
