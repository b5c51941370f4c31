using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Tokenization;

namespace LmModel.Guard.Making;

/// <summary>Records in a model folder which runs its training text has: <c>verbatim.filter</c>.</summary>
internal static class GuardRecord
{
    /// <summary>Tokens of the shortest run that can be refused, if nobody says otherwise.</summary>
    /// <remarks>About nine words; 50 characters are as long as the passages of the leak check.</remarks>
    public static int DefaultLeast(Tokenizer tokenizer) => tokenizer.Kind is "characters" or "bytes" ? 50 : 12;

    /// <summary>Reads the texts twice: to count their tokens, and to add their runs.</summary>
    /// <param name="folder">The model; its filter is replaced.</param>
    /// <param name="texts">What it was trained on.</param>
    /// <param name="least"><see cref="VerbatimFilter.Least"/>.</param>
    /// <param name="cancellation">Ends it between two pieces of a text.</param>
    /// <exception cref="CorpusException">The texts are too short; nothing was written.</exception>
    public static VerbatimFilter Save(
        ModelFolder folder, IReadOnlyList<CorpusText> texts, int least, CancellationToken cancellation)
    {
        var tokens = 0L;
        Read(folder.Tokenizer, texts, part => tokens += part.Length, () => { }, cancellation);
        var builder = new VerbatimFilterBuilder(least, tokens);
        Read(folder.Tokenizer, texts, part => builder.Add(part), builder.EndText, cancellation);
        var filter = builder.Build(folder.WeightsSha256);
        if (filter.Runs == 0)
        {
            throw new CorpusException($"The text has {tokens} tokens, too few for a run of {least}.");
        }

        folder.SaveGuard(filter);
        return filter;
    }

    private static void Read(
        Tokenizer tokenizer,
        IReadOnlyList<CorpusText> texts,
        Action<int[]> add,
        Action endText,
        CancellationToken cancellation)
    {
        foreach (var text in texts)
        {
            // Across its documents, as the training read it.
            foreach (var part in tokenizer.Encode(text.Pieces()))
            {
                cancellation.ThrowIfCancellationRequested();
                add(part);
            }

            endText();
        }
    }
}
