using System.Globalization;
using LmCli.Terminal;
using LmModel.Evaluation;
using LmModel.Evaluation.Leaks;

namespace LmCli.Evaluate;

/// <summary>The results for a scored text, for a terminal.</summary>
internal static class ScoreLines
{
    private const int ShownCharacters = 60;
    private const int ShownDocuments = 3;

    // Shares of windows from which a figure says too little about new text, or next to nothing.
    private const double MuchShared = 0.01;
    private const double MostShared = 0.5;

    /// <summary>One line for a figure, used wherever one is printed.</summary>
    public static string Figure(EvaluationResult f) => string.Create(
        CultureInfo.InvariantCulture,
            $"{f.Protocol.Describe(f.Window),-20} {f.NatsPerToken:F4} nats/token  perplexity {f.Perplexity:F3}  "
                + $"{f.BitsPerCharacter:F4} bits/character  {f.BitsPerByte:F4} bits/byte  ({f.Tokens:N0} "
                + $"tokens{Confidence(f)})");

    /// <summary>How much more the first of two models loses on the same text.</summary>
    /// <param name="first">Of the model that was asked about.</param>
    /// <param name="second">Of the one it is held against.</param>
    /// <param name="sameTokens">Their tokenizers are the same, so tokens can be compared too.</param>
    public static string Difference(EvaluationResult first, EvaluationResult second, bool sameTokens)
    {
        var (difference, interval, unit) = sameTokens
            ? (
                first.NatsPerToken - second.NatsPerToken,
                BlockBootstrap.NatsPerTokenDifference(first, second),
                "nats/token")
            : (
                first.BitsPerByte - second.BitsPerByte,
                BlockBootstrap.BitsPerByteDifference(first, second),
                "bits/byte");
        var verdict = interval switch
        {
            null => "the text is too short for an interval",
            { High: < 0 } i => $"95 %: {Range(i, signed: true)}; the first is better",
            { Low: > 0 } i => $"95 %: {Range(i, signed: true)}; the second is better",
            { } i => $"95 %: {Range(i, signed: true)}; this text cannot tell which is better",
        };
        var protocol = first.Protocol.Describe(first.Window);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{protocol,-20} {difference:+0.0000;-0.0000;0.0000} {unit} ({verdict})");
    }

    /// <summary>What the leak check found.</summary>
    public static IEnumerable<string> Leaks(LeakReport report)
    {
        if (report.Windows == 0)
        {
            yield return $"leak check: the text is shorter than {report.Window} characters, so there is "
                + "nothing to look for.";
            yield break;
        }

        var longest = report.Longest;
        yield return longest is null
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"leak check: none of {report.Windows:N0} windows of {report.Window} characters is in the "
                    + $"training text.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"leak check: {report.Shared:N0} of {report.Windows:N0} windows of {report.Window} characters "
                    + $"({100 * report.Share:F2} %) are in the training text verbatim.");
        if (longest is not null)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"  the longest shared passage: {longest.Text.Length:N0} characters, line {longest.ScoredLine:N0} "
                    + $"here, line {longest.TrainingLine:N0} of {longest.Document}: {Shown(longest.Text)}");
        }

        if (report.Documents.Count > 1)
        {
            var most = report.Documents.Take(ShownDocuments)
                .Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Document} ({d.Windows:N0})"));
            yield return $"  windows are in {report.Documents.Count} documents, most in {string.Join(", ", most)}";
        }

        if (report.Unchecked > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"  the last {report.Unchecked:N0} characters were not checked: "
                    + $"the maximum is {LeakCheck.MostCharacters:N0}.");
        }

        if (report.Share >= MostShared)
        {
            yield return "  warning: this is mostly training text. The figures show what was memorized, not how well "
                + "new text is predicted.";
        }
        else if (report.Share >= MuchShared)
        {
            yield return "  warning: this makes the figures too good.";
        }
    }

    private static string Confidence(EvaluationResult f) =>
        f.Pieces.Count == 0 ? ""
        : BlockBootstrap.NatsPerToken(f) is { } nats && BlockBootstrap.BitsPerByte(f) is { } bits
            ? $"; 95 %: {Range(nats)} nats/token, {Range(bits)} bits/byte"
            : "; too short for an interval";

    private static string Range(Interval i, bool signed = false)
    {
        var format = signed ? "+0.0000;-0.0000;0.0000" : "F4";
        return $"{i.Low.ToString(format, CultureInfo.InvariantCulture)} to "
            + $"{i.High.ToString(format, CultureInfo.InvariantCulture)}";
    }

    /// <summary>Passages begin and end anywhere, but never inside a surrogate pair.</summary>
    private static ReadOnlySpan<char> WithoutHalves(ReadOnlySpan<char> text)
    {
        var from = !text.IsEmpty && char.IsLowSurrogate(text[0]) ? 1 : 0;
        var to = text.Length > from && char.IsHighSurrogate(text[^1]) ? text.Length - 1 : text.Length;
        return text[from..to];
    }

    private static string Shown(string passage)
    {
        var line = passage.ReplaceLineEndings(" ").Trim();
        var (shown, rest) = line.Length > ShownCharacters ? (line[..ShownCharacters], "…") : (line, "");
        return $"\"{Printable.Text(WithoutHalves(shown))}{rest}\"";
    }
}
