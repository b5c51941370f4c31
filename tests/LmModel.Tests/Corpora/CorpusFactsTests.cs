using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

public sealed class CorpusFactsTests
{
    [Fact]
    public void Corpus_facts_count_characters_not_code_units() =>
        Assert.Equal(new CorpusFacts(9, 4, 3), CorpusFacts.Of(["ä", "ä🦆a"]));
}
