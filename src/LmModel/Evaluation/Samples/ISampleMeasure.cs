namespace LmModel.Evaluation.Samples;

/// <summary>Something that is counted in texts, of a model or of people, so that they can be compared.</summary>
internal interface ISampleMeasure
{
    /// <summary>What it is, in a few words.</summary>
    string Name { get; }

    /// <summary>A standard numeric format of the figure, such as <c>P2</c>.</summary>
    string Format { get; }

    /// <summary>Counts in each of some texts, which may be measured together.</summary>
    IReadOnlyList<Share> Measure(IReadOnlyList<SampleText> texts, CancellationToken cancellation);
}

/// <summary>A measure that looks at each text by itself.</summary>
/// <param name="name">What it is.</param>
/// <param name="format">The format of the figure.</param>
/// <param name="count">Counts in a text.</param>
internal sealed class TextMeasure(string name, string format, Func<SampleText, Share> count) : ISampleMeasure
{
    public string Name => name;

    public string Format => format;

    public IReadOnlyList<Share> Measure(IReadOnlyList<SampleText> texts, CancellationToken cancellation)
    {
        var shares = new Share[texts.Count];
        for (var i = 0; i < shares.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            shares[i] = count(texts[i]);
        }

        return shares;
    }
}
