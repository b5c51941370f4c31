using LmModel.Checkpoints;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Scoring;
using LmModel.Tokenization;

namespace LmCli.Score;

/// <summary>
/// Scores lines, each by itself: after a line break, as if it began a text, and with its own line break. So a line has
/// the same surprise wherever it comes, and many lines share a batch.
/// </summary>
internal sealed class LineScorer : IDisposable
{
    /// <summary>Lines in progress: two batches, so that the next ones are ready when places become free.</summary>
    private const int LinesAtOnce = 256;

    private readonly ModelFolder _folder;
    private readonly GenerationEngine _engine;
    private readonly TextScorer _scorer;
    private readonly string _given;

    private readonly bool _maskDigits;

    /// <param name="folder">The model.</param>
    /// <param name="model">Its step model; left open.</param>
    /// <param name="maskDigits">Whether every digit of a line is read as 0.</param>
    public LineScorer(ModelFolder folder, IStepModel model, bool maskDigits)
    {
        (_folder, _maskDigits) = (folder, maskDigits);
        _engine = new(
            model, folder.Tokenizer, folder.Config.StartToken,
            // A reader of the output, such as a pager, may stop for any length of time.
            new GenerationEngineOptions { ParkedTimeout = Timeout.InfiniteTimeSpan }, TimeProvider.System);
        _scorer = new(_engine.TryStart, folder.Tokenizer);
        _given = CanEncode("\n") ? "\n" : "";
    }

    /// <summary>The lines in order, each as soon as it is known.</summary>
    public async IAsyncEnumerable<ScoredLine> ScoreAsync(
        IAsyncEnumerable<string> lines,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var number = 0L;
        var items = lines.Select(line => ((Number: ++number, Line: line), RequestFor(line)));
        await foreach (var (item, score) in _scorer.ScoreAsync(items, LinesAtOnce, cancellation))
        {
            // An empty line has no tokens where the vocabulary has no line break.
            yield return score is null
                ? new(item.Number, item.Line, item.Line.Length == 0 ? new LineScore(1, "", 0, 0, 0) : null, 0)
                : new(item.Number, item.Line, Whole(item.Line, score), ScoredLine.BurstOf(Losses(score)));
        }
    }

    public void Dispose() => _engine.Dispose();

    private static double[] Losses(TextScore score) =>
        [.. score.Tokens.Where(token => token.Logprob is not null).Select(token => -token.Logprob!.Value)];

    private static LineScore Whole(string line, TextScore score) =>
        new(1, line, score.Nats, score.ScoredTokens, Losses(score).Max());

    private ScoreRequest? RequestFor(string line)
    {
        var read = _maskDigits ? string.Concat(line.Select(c => char.IsAsciiDigit(c) ? '0' : c)) : line;
        try
        {
            return ScoreRequest.Of(
                _folder.Tokenizer, _folder.Config.StartToken, _given.Length > 0 ? read + "\n" : read, _given);
        }
        catch (Exception e) when (e is UnknownCharacterException or ArgumentException)
        {
            return null;
        }
    }

    private bool CanEncode(string text)
    {
        try
        {
            return _folder.Tokenizer.Encode(text).Length > 0;
        }
        catch (UnknownCharacterException)
        {
            return false;
        }
    }
}
