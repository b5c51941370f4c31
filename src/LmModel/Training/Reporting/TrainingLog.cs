using System.Globalization;
using System.Text.Json;

namespace LmModel.Training.Reporting;

/// <summary>
/// The log of a training in its model folder, one line per report: <c>training.jsonl</c>, and the same figures as
/// <c>training.csv</c> for a spreadsheet.
/// </summary>
internal sealed class TrainingLog
{
    private const string Header = "step,epoch,loss,validation_loss,learning_rate,tokens_per_second,elapsed_seconds\n";

    private readonly string _json;
    private readonly string _csv;
    private readonly List<TrainingReport> _reports;

    private TrainingLog(string json, string csv, List<TrainingReport> reports) =>
        (_json, _csv, _reports) = (json, csv, reports);

    /// <summary>All lines so far, in order of their steps.</summary>
    public IReadOnlyList<TrainingReport> Reports => _reports;

    /// <summary>
    /// Continues the log in <paramref name="folder"/>. Lines after <paramref name="step"/> are dropped, because a
    /// training that is resumed there repeats those steps. A last line that a crash truncated is dropped too.
    /// </summary>
    /// <param name="folder">The model folder; it is created if it does not exist.</param>
    /// <param name="step">Updates done; 0 starts a new log.</param>
    public static TrainingLog Open(string folder, int step)
    {
        Directory.CreateDirectory(folder);
        var (json, csv) = (Path.Combine(folder, "training.jsonl"), Path.Combine(folder, "training.csv"));
        var reports = File.Exists(json) && step > 0
            ? File.ReadLines(json).Select(Parse).OfType<TrainingReport>().TakeWhile(r => r.Step <= step).ToList()
            : [];
        File.WriteAllText(json, string.Concat(reports.Select(Json)));
        File.WriteAllText(csv, Header + string.Concat(reports.Select(Csv)));
        return new TrainingLog(json, csv, reports);
    }

    public void Append(TrainingReport report)
    {
        _reports.Add(report);
        File.AppendAllText(_json, Json(report));
        File.AppendAllText(_csv, Csv(report));
    }

    private static TrainingReport? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingReport>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Json(TrainingReport report) => JsonSerializer.Serialize(report) + "\n";

    private static string Csv(TrainingReport r) => string.Create(
        CultureInfo.InvariantCulture,
        $"{r.Step},{r.Epoch},{r.Loss},{r.ValidationLoss},{r.LearningRate},{r.TokensPerSecond},{r.ElapsedSeconds}\n");
}
