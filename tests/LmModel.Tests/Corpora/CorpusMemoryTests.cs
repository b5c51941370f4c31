using LmModel.Corpora;
using LmModel.Tokenization;

namespace LmModel.Tests.Corpora;

[Collection(RunsAlone.Name)]
public sealed class CorpusMemoryTests
{
    /// <summary>Far less than the text, far more than the buffers.</summary>
    private const long MostAlive = 6 << 20;

    [Fact]
    public void Checking_learning_from_and_encoding_a_large_text_takes_constant_memory()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new StreamWriter(folder["large.txt"]))
        {
            var line = string.Concat(Enumerable.Repeat("quack and quack, ", 60)) + "é\n";
            for (var i = 0; i < 40_000; i++)
            {
                writer.Write(line);
            }
        }

        var before = Alive();
        var corpus = Corpus.Open(folder["large.txt"]);
        Assert.True(corpus.Bytes > 5 * MostAlive);
        AssertFlat(before);

        var split = corpus.Split(new HoldOut());
        var tokenizer = CharacterTokenizer.FromCorpus(Watched(split.All, before));
        BpeTokenizer.Train(Watched(split.All, before), 300);
        using var tokens = TokenFile.Write(folder["tokens.bin"], Watched(split.Training, before), tokenizer);
        Assert.Equal(split.Training.Length, tokens.Length);
        AssertFlat(before);
    }

    private static IEnumerable<string> Watched(CorpusText text, long before)
    {
        var pieces = 0;
        foreach (var piece in text.Pieces())
        {
            if (pieces++ % 100 == 0)
            {
                AssertFlat(before);
            }

            yield return piece;
        }

        Assert.True(pieces > 100);
    }

    private static void AssertFlat(long before) => Assert.InRange(Alive() - before, long.MinValue, MostAlive);

    private static long Alive() => GC.GetTotalMemory(forceFullCollection: true);
}
