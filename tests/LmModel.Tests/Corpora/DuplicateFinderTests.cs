using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

public sealed class DuplicateFinderTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(30, 0.95)]
    [InlineData(200, 0.5)]
    [InlineData(600, 0)]
    public void The_estimated_resemblance_is_close_to_the_exact_value(int changed, double least)
    {
        // A changed word changes five shingles; so many words at the end change about as many.
        var first = Words(1, 600);
        var second = first[..(600 - changed)].Concat(Words(2, changed)).ToArray();
        double Exact(string[] a, string[] b)
        {
            var (x, y) = (Shingles(a), Shingles(b));
            return (double)x.Intersect(y).Count() / x.Union(y).Count();
        }

        var (estimate, exact) = (SketchOf(first).Resemblance(SketchOf(second)), Exact(first, second));

        Assert.InRange(exact, least - 0.06, 1);
        Assert.InRange(estimate, exact - 0.15, exact + 0.15);
    }

    [Fact]
    public void Short_texts_are_compared_exactly()
    {
        var (a, b) = (SketchOf(["a", "b", "c", "d", "e", "f"]), SketchOf(["b", "c", "d", "e", "f", "g"]));

        Assert.Equal(1 / 3.0, a.Resemblance(b), 1e-12);
        Assert.Equal(0, SketchOf(["a", "b"]).Resemblance(SketchOf(["a", "c"])));
    }

    [Fact]
    public void A_limited_number_of_texts_is_kept_and_the_warning_mentions_it()
    {
        var finder = new DuplicateFinder(most: 2);
        foreach (var seed in (int[])[1, 2, 3, 3, 1])
        {
            finder.Add(SketchOf(Words(seed, 100)), new CorpusPlace("t", seed, 0));
        }

        var warning = finder.Warning("passages");

        Assert.Contains("1 of 5 passages come again, 1 verbatim and 0 nearly so", warning);
        Assert.Contains("Only the first 2 different ones were compared.", warning);
    }

    [Fact]
    public void Different_texts_are_not_duplicates()
    {
        var finder = new DuplicateFinder();
        for (var seed = 0; seed < 2000; seed++)
        {
            finder.Add(SketchOf(Words(seed, 80)), new CorpusPlace("t", seed, 0));
        }

        Assert.Null(finder.Warning("passages"));
    }

    private static string[] Words(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => $"w{random.Next(1000)}")];
    }

    private static HashSet<string> Shingles(string[] words) =>
        [.. Enumerable.Range(0, words.Length - 4).Select(i => string.Join(' ', words[i..(i + 5)]))];

    private static Sketch SketchOf(string[] words)
    {
        Sketch? sketch = null;
        var reader = new PassageReader(byPassage: false, (found, _) => sketch = found);
        reader.BeginDocument("t");
        reader.Read(string.Join(' ', words), 0);
        reader.EndDocument();
        return sketch!;
    }
}
