using LmModel.Corpora;

namespace LmModel.Evaluation.Samples;

/// <summary>What becomes of the names in a text.</summary>
internal static class NameMeasures
{
    public const string Return = "names that come back";

    /// <summary>
    /// Of the different names that the prompt and the first half of what follows it introduce, the share that the second
    /// half has again.
    /// </summary>
    public static ISampleMeasure Returning { get; } = new TextMeasure(Return, "P1", text =>
    {
        var whole = text.Prompt + text.Text;
        var middle = text.Prompt.Length + (text.Text.Length / 2);
        var names = Names.Of(whole).ToLookup(name => name.Place >= middle, name => name.Name);
        var introduced = names[false].ToHashSet();
        // At the beginning of a sentence it is the same name.
        var again = Words.Of(whole[middle..], isContinued: true, isCut: true).ToHashSet();
        return new(introduced.Count(name => again.Contains(name) || again.Contains(name + "'s")), introduced.Count);
    });
}

/// <summary>
/// Names of one story in another: of the pairs of different names in a text that the training text both has, the share
/// that no document of it has together.
/// </summary>
/// <param name="training">Documents, such as books; a single one makes no difference between names.</param>
internal sealed class StrayNames(CorpusText training) : ISampleMeasure
{
    public const string Title = "pairs of names from different books";

    public string Name => Title;

    public string Format => "P1";

    public IReadOnlyList<Share> Measure(IReadOnlyList<SampleText> texts, CancellationToken cancellation)
    {
        var named = texts.Select(text => Names.Of(text.Text).Select(name => name.Name).Distinct().ToList()).ToList();
        var wanted = named.SelectMany(names => names).ToHashSet();
        var documents = wanted.ToDictionary(name => name, _ => new HashSet<int>());
        var count = 0;
        foreach (var (_, part) in training.Parts)
        {
            var found = part.Pieces().SelectMany(piece => Names.Of(piece)).Select(name => name.Name);
            foreach (var name in found.Where(wanted.Contains))
            {
                documents[name].Add(count);
            }

            cancellation.ThrowIfCancellationRequested();
            count++;
        }

        return
        [
            .. named.Select(names => count < 2 ? default : Pairs([.. names.Where(n => documents[n].Count > 0)])),
        ];

        Share Pairs(List<string> known)
        {
            var strays = known.Index().Sum(first => known.Skip(first.Index + 1)
                .Count(second => !documents[first.Item].Overlaps(documents[second])));
            return new(strays, known.Count * (known.Count - 1) / 2);
        }
    }
}
