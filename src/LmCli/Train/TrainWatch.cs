using System.Globalization;
using LmModel.Training;
using LmModel.Training.Reporting;

namespace LmCli.Train;

/// <summary>What happens beside a training at its reports: the log, the curves, a sample, a warning.</summary>
internal sealed class TrainWatch(
    Trainer trainer, string folder, string title, int sampleEvery, Action<string> write, CancellationToken cancellation)
{
    private readonly TrainingLog _log = TrainingLog.Open(folder, trainer.Step);
    private bool _drawing = true;
    private bool _warned;

    /// <summary>The log so far.</summary>
    public IReadOnlyList<TrainingReport> Reports => _log.Reports;

    /// <summary>Steps between reports: about a thousand lines of log, however long the training is.</summary>
    public int ReportEvery => Math.Max(10, trainer.Settings.Steps / 1000);

    public void Report(TrainingProgress progress)
    {
        _log.Append(TrainingReport.Of(progress, trainer.StepsPerEpoch));
        if (progress.ValidationLoss is null)
        {
            return;
        }

        DrawCurves();
        Warn();
        var validation = _log.Reports.Count(r => r.ValidationLoss is not null);
        if (sampleEvery > 0 && validation % sampleEvery == 0)
        {
            foreach (var line in TrainSample.Lines(TrainSample.Draw(trainer, cancellation)))
            {
                write(line);
            }
        }
    }

    private void DrawCurves()
    {
        if (!_drawing)
        {
            return;
        }

        try
        {
            LossCurves.Write(folder, title, trainer.TrainingTokens, _log.Reports);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            // The numbers are in the log all the same: a machine that Skia does not know must not end a training.
            _drawing = false;
            write($"Warning: the curves cannot be drawn on this machine: {(e.InnerException ?? e).Message}");
        }
    }

    private string Ends() => trainer.Settings.Patience > 0
        ? $"After {trainer.Settings.Patience} validations without improvement the training ends; Ctrl-C ends it now."
        : "Ctrl-C ends the training now; --patience would end it automatically.";

    private void Warn()
    {
        if (!_warned && TrainingTrend.Of(_log.Reports) is { Overfits: true } trend)
        {
            _warned = true;
            write(string.Create(
                CultureInfo.InvariantCulture,
                $"Warning: the model begins to overfit. The loss on held-out text is {trend.Rise:P1} "
                + $"above its best of step {trend.BestStep}, which remains saved. {Ends()}"));
        }
    }
}
