using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Evaluation.Comparison;
using LmModel.Evaluation.Leaks;
using LmModel.Evaluation.Ngrams;
using LmModel.Tokenization;

namespace LmModel.Tests.Training;

/// <summary>
/// Everything that takes time on a large text ends soon after it was cancelled: within a bounded number of items.
/// </summary>
public sealed class CancellationTests : IDisposable
{
    private const int Lines = 20_000;

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _text = string.Concat(
        Enumerable.Range(0, Lines).Select(i => $"Duck {i} said to duck {i % 5}: quack, quack!\n"));

    public void Dispose()
    {
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Cancellation_ends_reading_at_the_next_block()
    {
        var corpus = Open();
        var split = corpus.Split(new HoldOut());
        foreach (var read in (Func<IEnumerable<string>>[])[corpus.Text.Pieces, () => split.Training.Sample(100_000)])
        {
            using var pieces = read().GetEnumerator();
            Assert.True(pieces.MoveNext());
        }

        using var cut = corpus.Text.Pieces().GetEnumerator();
        Assert.True(cut.MoveNext());
        _stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => cut.MoveNext());
        Assert.Throws<OperationCanceledException>(() => split.Validation.ReadToEnd());
        Assert.Throws<OperationCanceledException>(() => CharacterTokenizer.FromCorpus(corpus.Text.Pieces()));
        Assert.Throws<OperationCanceledException>(() => Open());
        Assert.Throws<OperationCanceledException>(() => corpus.Split(new HoldOut { Share = 0.5 }));
        Assert.Throws<OperationCanceledException>(() =>
            corpus.Split(new HoldOut { ValidationText = _folder["text.txt"] }));
    }

    [Fact]
    public void Cancellation_ends_reading_a_folder_between_documents()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            File.WriteAllText(_folder[$"{i}.txt"], _text);
        }

        _stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => Corpus.Open(_folder.Path, _stop.Token));
    }

    [Fact]
    public void Learning_merges_can_be_cancelled()
    {
        var read = 0;
        IEnumerable<string> Pieces(int cancelAfter)
        {
            foreach (var line in _text.Split('\n'))
            {
                read++;
                if (read == cancelAfter)
                {
                    _stop.Cancel();
                }

                yield return line + "\n";
            }
        }

        Assert.Throws<OperationCanceledException>(() => BpeTokenizer.Train(Pieces(7), 500, _stop.Token));
        Assert.InRange(read, 7, 9);
    }

    [Fact]
    public void A_cancelled_encoding_count_or_search_of_a_long_text_ends()
    {
        var tokenizer = new ByteTokenizer();
        var counts = new NgramCounts(4, tokenizer.VocabularySize);
        counts.Add(tokenizer.Encode(_text));
        _stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => tokenizer.Encode(_text, _stop.Token));
        Assert.Throws<OperationCanceledException>(() => counts.Add(tokenizer.Encode(_text), _stop.Token));
        Assert.Throws<OperationCanceledException>(() =>
            NgramBaseline.Measure(counts, tokenizer, tokenizer.Encode(_text), _stop.Token));
        Assert.Throws<OperationCanceledException>(() => new LeakCheck(_text, cancellation: _stop.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => Baselines.Compression(_text, _text, _stop.Token));
    }

    [Fact]
    public void Cancellation_ends_scoring_at_the_next_step()
    {
        var steps = 0;
        var model = new FakeStepModel((_, _, _) =>
        {
            if (++steps == 100)
            {
                _stop.Cancel();
            }
        })
        { MaxInvariantBatch = 64 };
        var tokens = new ByteTokenizer().Encode(_text);

        foreach (var protocol in Enum.GetValues<Protocol>())
        {
            Assert.Throws<OperationCanceledException>(
                () => new Evaluator(model, new ByteTokenizer()).Evaluate(tokens, protocol, cancellation: _stop.Token));
        }

        Assert.InRange(steps, 100, 400);
    }

    private Corpus Open()
    {
        File.WriteAllText(_folder["text.txt"], _text);
        return Corpus.Open(_folder["text.txt"], _stop.Token);
    }
}
