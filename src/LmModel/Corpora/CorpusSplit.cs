using System.Globalization;

namespace LmModel.Corpora;

/// <summary>A corpus in two parts: one to train on, and one for validation only.</summary>
internal sealed class CorpusSplit
{
    /// <summary>
    /// Maximum number of UTF-16 units of held-out text that are scored; more would add nothing. The rest is not trained
    /// on either.
    /// </summary>
    public const int MostValidation = 5_000_000;

    private CorpusSplit(Corpus corpus, HoldOut holdOut, CorpusText training, CorpusText held, Corpus? other)
    {
        (Corpus, HoldOut, Training, HeldOut, ValidationCorpus) = (corpus, holdOut, training, held, other);
        // A whole text is specified by name, not held out of another text.
        Validation = holdOut.Share < 1 && held.Length > MostValidation ? held.CutAt(MostValidation).First : held;
        All = other is null ? corpus.Text : new CorpusText(corpus.Documents.Concat(other.Documents));
    }

    public Corpus Corpus { get; }

    /// <summary>The request that led to this split.</summary>
    public HoldOut HoldOut { get; }

    /// <summary>The text that is trained on.</summary>
    public CorpusText Training { get; }

    /// <summary>
    /// The text that is scored: at most the first <see cref="MostValidation"/> characters of the held-out text.
    /// </summary>
    public CorpusText Validation { get; }

    /// <summary>Both parts together. The tokenizer is made from this text, so that every character of either part has a
    /// token.</summary>
    public CorpusText All { get; }

    /// <summary>The corpus that is validated on, if it is a different one.</summary>
    public Corpus? ValidationCorpus { get; }

    /// <summary>Everything that is not trained on.</summary>
    private CorpusText HeldOut { get; }

    /// <summary>
    /// The share of the corpus, or of <see cref="ValidationCorpus"/>, that is held out: the requested share, or the
    /// actual one if documents were named.
    /// </summary>
    public double ScoredShare => ValidationCorpus is not null ? 1
        : HoldOut.Documents.Count > 0 ? (double)HeldOut.Length / Corpus.Text.Length
        : HoldOut.Share;

    /// <summary>The documents that are held out whole; none if the end of a text is held out.</summary>
    private IReadOnlyList<CorpusDocument> Documents { get; init; } = [];

    /// <summary>A user-facing description of what is held out, one or two sentences.</summary>
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
                    $"Documents to hold out and a validation text, {path}, exclude each other.");
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

    /// <exception cref="CorpusException">A document is in both corpora.</exception>
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
