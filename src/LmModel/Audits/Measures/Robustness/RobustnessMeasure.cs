using LmModel.Evaluation;
using LmModel.Noise;
using static System.FormattableString;

namespace LmModel.Audits.Measures.Robustness;

/// <summary>
/// What changes of a prompt that do not change its meaning cost: the loss of the original text that follows it. The
/// text that is scored is the same at every strength, so a difference is only the effect of the prompt; corrupted text
/// itself would be harder to predict for a perfect model too.
/// </summary>
internal sealed class RobustnessMeasure : IAuditMeasure
{
    /// <summary>Characters of a prompt.</summary>
    private const int Prompt = 200;

    /// <summary>Bits per byte more than after a clean prompt: below the first is good, from the second on
    /// bad.</summary>
    private const double Good = 0.05;

    /// <inheritdoc cref="Good"/>
    private const double Bad = 0.25;

    /// <summary>The strength that a figure is given for.</summary>
    private const int Middle = 3;

    private static readonly int[] CutOff = [8, 16, 32, 64, 128];
    private static readonly int[] Long = [250, 500, 1000, 2000, RobustnessPassages.Longest];

    private static readonly IReadOnlyDictionary<NoiseKind, (string Name, string Meaning)> Kinds =
        new Dictionary<NoiseKind, (string, string)>
        {
            [NoiseKind.Typos] = ("typos", "letters of the prompt are mistyped"),
            [NoiseKind.Case] = ("case", "words of the prompt are in capitals or in small letters only"),
            [NoiseKind.Spaces] = ("spaces", "spaces of the prompt are missing"),
            [NoiseKind.Quotes] = (
                "quotes", "quotes and dashes of the prompt are curly instead of straight, or the reverse"),
            [NoiseKind.Unicode] = ("unicode", "characters of the prompt that have another Unicode form have that form"),
        };

    private const string SectionName = "robustness";

    public string Name => SectionName;

    public Task<AuditSection> MeasureAsync(AuditSubject subject, CancellationToken cancellation)
    {
        var tokenizer = subject.Folder.Tokenizer;
        IReadOnlyList<RobustnessPassage> passages = subject.HeldOut is { } held
            ? RobustnessPassages.Of(held.ReadToEnd(), tokenizer, subject.Quick ? 16 : 64)
            : [];
        return Task.FromResult(passages.Count >= ItemBootstrap.LeastItems
            ? Measure(new(subject.Model, tokenizer, passages, cancellation))
            : Section([.. Kinds.Values.Select(kind => Figure(kind.Name, kind.Meaning, Good, Bad) with
            {
                Verdict = AuditVerdict.NotApplicable,
                NotApplicable = subject.HeldOut is null ? "no text was held out of the training"
                    : Invariant($"the held-out text has room for {passages.Count} passages, not for ")
                        + Invariant($"{ItemBootstrap.LeastItems} with {RobustnessPassages.Longest} characters before"),
            })], []));
    }

    internal static AuditSection Measure(RobustnessRun run)
    {
        var clean = run.Score(passage => passage.Prompt(Prompt));
        var cleanPoint = run.Point(0, clean);
        var (figures, curves, refused) = (new List<AuditFigure>(), new List<AuditCurve>(), new List<double>());
        foreach (var (kind, (name, meaning)) in Kinds)
        {
            var changed = false;
            var points = new List<AuditPoint> { cleanPoint };
            for (var strength = 1; strength <= TextNoise.Strengths; strength++)
            {
                var index = 0;
                var scored = run.Score(passage =>
                {
                    var prompt = passage.Prompt(Prompt);
                    var corrupted = RobustnessPassages.Corrupt(prompt, kind, strength, index++);
                    changed |= corrupted != prompt;
                    return corrupted;
                });
                points.Add(run.Point(100 * TextNoise.Share(kind, strength), scored));
                if (strength == Middle)
                {
                    figures.Add(run.Compare(Figure(name, meaning, Good, Bad), scored, clean, Good, Bad));
                    refused.AddRange(scored.Refused.Select(r => r ? 1.0 : 0));
                }
            }

            if (!changed)
            {
                figures[^1] = Figure(name, meaning, Good, Bad) with
                {
                    Verdict = AuditVerdict.NotApplicable,
                    NotApplicable = "no prompt has a place that this could change",
                };
                continue;
            }

            curves.Add(Curve(
                $"{name}_curve", Invariant($"The loss of the original text that follows a prompt where {meaning}."),
                "share of the places changed, %", points));
        }

        Lengths(run, clean, figures, curves);
        figures.Add(Refused(refused));
        return Section(figures, curves);
    }

    private static void Lengths(
        RobustnessRun run, RobustnessScores clean, List<AuditFigure> figures, List<AuditCurve> curves)
    {
        List<(int Length, RobustnessScores Scores)> Score(int[] lengths) =>
            [.. lengths.Select(n => (n, run.Score(passage => passage.Prompt(n))))];

        var (cut, longer) = (Score(CutOff), Score(Long));
        figures.Add(run.Compare(
            Figure("cut_off", Invariant($"the prompt is only its last {cut[2].Length} characters"), 0, 0) with
            {
                Good = "none: less context tells less, and the figure is a scale for the others",
                Bad = "none",
            },
            cut[2].Scores, clean, null, null));
        figures.Add(run.Compare(
            Figure("long", Invariant($"the prompt has {RobustnessPassages.Longest} characters before it"), 0.02, 0.1),
            longer[^1].Scores, clean, 0.02, 0.1));
        curves.Add(Curve(
            "cut_off_curve", "The loss of the text that follows a prompt whose beginning is cut off, even in a word.",
            "characters left of the prompt",
            [.. cut.Append((Prompt, clean)).Select(c => run.Point(c.Item1, c.Item2))]));
        curves.Add(Curve(
            "long_curve", "The loss of the text that follows a long prompt.", "characters of the prompt",
            [.. longer.Prepend((Prompt, clean)).Select(c => run.Point(c.Item1, c.Item2))]));
    }

    private static AuditFigure Figure(string name, string meaning, double good, double bad) => new()
    {
        Name = name,
        Meaning = Invariant($"How much more the original text that follows costs if {meaning}")
            + (name is "cut_off" or "long" ? "." : Invariant($" (strength {Middle} of {TextNoise.Strengths}).")),
        Unit = "bits/byte",
        Good = Invariant($"below {good}: the model reads on as if nothing had happened"),
        Bad = Invariant($"{bad} or more: the model continues worse"),
        Verdict = AuditVerdict.Neutral,
    };

    private static AuditFigure Refused(List<double> refused)
    {
        var share = refused.Average();
        var interval = ItemBootstrap.Of(refused.Count, drawn => drawn.Average(i => refused[i]));
        return new()
        {
            Name = "refused",
            Meaning = "Share of the prompts with noise of middle strength that have a character without a token.",
            Unit = "share",
            Value = share,
            Low = interval?.Low,
            High = interval?.High,
            Good = "0: every prompt is read",
            Bad = "above 0.05: a request with such a prompt is refused, unless the model was trained with --unknown",
            Verdict = share == 0 ? AuditVerdict.Good : share > 0.05 ? AuditVerdict.Bad : AuditVerdict.Between,
        };
    }

    private static AuditCurve Curve(string name, string meaning, string x, IReadOnlyList<AuditPoint> points) => new()
    {
        Name = name,
        Meaning = meaning,
        X = x,
        Y = "bits/byte of the following text",
        Series = [new() { Name = "following text", Points = points }],
    };

    private static AuditSection Section(IReadOnlyList<AuditFigure> figures, IReadOnlyList<AuditCurve> curves) => new()
    {
        Name = SectionName,
        Title = "Robustness",
        Protocol = Invariant($"Prompts of {Prompt} characters of held-out text are corrupted in five strengths; the ")
            + "original text that follows, up to 100 characters, is scored after them. It is the same text every time, "
            + "so a difference is only what the prompt did to the model. Characters without a token are left out. "
            + "Intervals are 95 % bootstrap intervals over passages.",
        Figures = figures,
        Curves = curves,
        Notes =
        [
            "`lm train --normalize nfkc` makes a model that reads other Unicode forms as the usual ones.",
            "The loss says how well a text goes on, not whether what is generated is true or useful.",
        ],
    };
}
