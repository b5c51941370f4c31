using System.Globalization;

namespace LmModel.Corpora;

/// <summary>A corpus in two parts: what is trained on, and what is validated on and never trained on.</summary>
internal sealed class CorpusSplit
{
    /// <summary>
    /// UTF-16 units of held-out text that are scored at most; more say nothing more. Behind them, nothing is trained on
    /// either.
    /// </summary>
    public const int MostValidation = 5_000_000;

    private CorpusSplit(Corpus corpus, HoldOut holdOut, CorpusText training, CorpusText held, Corpus? other)
    {
        (Corpus, HoldOut, Training, HeldOut, ValidationCorpus) = (corpus, holdOut, training, held, other);
        // All of a text is asked for by name, not held out of something.
        Validation = holdOut.Share < 1 && held.Length > MostValidation ? held.CutAt(MostValidation).First : held;
        All = other is null ? corpus.Text : new CorpusText(corpus.Documents.Concat(other.Documents));
    }

    public Corpus Corpus { get; }

    /// <summary>What asked for it.</summary>
    public HoldOut HoldOut { get; }

    /// <summary>The text that is trained on.</summary>
    public CorpusText Training { get; }

    /// <summary>
    /// The text that is scored: the held-out text, of which at most the first <see cref="MostValidation"/> characters.
    /// </summary>
    public CorpusText Validation { get; }

    /// <summary>Both parts: what a tokenizer is made of, so that every character of either has a token.</summary>
    public CorpusText All { get; }

    /// <summary>The corpus that is validated on where it is another one.</summary>
    public Corpus? ValidationCorpus { get; }

    /// <summary>All that is not trained on.</summary>
    private CorpusText HeldOut { get; }

    /// <summary>
    /// The share of the corpus, or of <see cref="ValidationCorpus"/>, that is held out: as it was asked for, or of
    /// named documents as it is.
    /// </summary>
    public double ScoredShare => ValidationCorpus is not null ? 1
        : HoldOut.Documents.Count > 0 ? (double)HeldOut.Length / Corpus.Text.Length
        : HoldOut.Share;

    /// <summary>The documents that are held out whole; none where it is the end of a text.</summary>
    private IReadOnlyList<CorpusDocument> Documents { get; init; } = [];

    /// <summary>What is held out, in a sentence or two, for people.</summary>
    public string Description
    {
        get
        {
            var what =
                ValidationCorpus is { } other
                    ? FormattableString.Invariant(
                        $"It was validated on `{other.Name}`, {other.Bytes:N0} bytes, SHA-256 `{other.Sha256}`.")
                : Documents.Count > 0
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Documents.Count} of its {Corpus.Documents.Count} documents, {HeldOut.Length:N0} of "
                            + $"{Corpus.Text.Length:N0} characters, were held out for validation and never trained on: "
                            + $"{HoldOut.Named(Documents)}.")
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"The last {100 * HoldOut.Share:0.##} % of its characters were held out for validation and "
                        + $"never trained on.");
            return Validation.Length == HeldOut.Length
                ? what
                : string.Create(
                CultureInfo.InvariantCulture,
                $"{what} Of these {HeldOut.Length:N0} characters the first {Validation.Length:N0} are scored.");
        }
    }

    internal static CorpusSplit Of(Corpus corpus, HoldOut holdOut)
    {
        if (holdOut.ValidationText is { } path)
        {
            if (holdOut.Documents.Count > 0)
            {
                throw new CorpusException(
                    $"Either documents are held out or there is a validation text, {path}, not both.");
            }

            var other = Corpus.Open(path, corpus.Cancellation);
            RequireApart(corpus, other, path);
            return new CorpusSplit(corpus, holdOut, corpus.Text, other.Text, other);
        }

        if (holdOut.Share == 1 || (corpus.Documents.Count == 1 && holdOut.Documents.Count == 0))
        {
            var (first, last) = corpus.Text.CutAt((long)(corpus.Text.Length * (1 - holdOut.Share)));
            return new CorpusSplit(corpus, holdOut, first, last, other: null);
        }

        var held = holdOut.Choose(corpus);
        return new CorpusSplit(
            corpus, holdOut, new CorpusText(corpus.Documents.Except(held)), new CorpusText(held), other: null)
        {
            Documents = held,
        };
    }

    /// <exception cref="CorpusException">A document of the one is in the other too.</exception>
    private static void RequireApart(Corpus corpus, Corpus other, string path)
    {
        var validated = other.Documents.Select(d => d.Sha256).ToHashSet();
        var both = corpus.Documents.Where(d => validated.Contains(d.Sha256)).ToList();
        if (both.Count == corpus.Documents.Count)
        {
            throw new CorpusException($"The validation text {path} is the training text itself.");
        }

        if (both.Count > 0)
        {
            throw new CorpusException(
                $"The validation text {path} is in {corpus.Name} too, as {HoldOut.Named(both)}, and would "
                    + "be trained on. Hold out these documents instead of giving a validation text.");
        }
    }
}
