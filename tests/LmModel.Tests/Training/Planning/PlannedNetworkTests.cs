using LmModel.Corpora;
using LmModel.Training.Planning;
using static LmModel.Tests.Training.Planning.TestPlan;

namespace LmModel.Tests.Training.Planning;

public sealed class PlannedNetworkTests
{
    [Theory]
    [InlineData(1_000_000, 1_000_000, 65, "characters", 65)]
    [InlineData(3_000_000, 3_000_000, 512, "characters", 512)]
    [InlineData(600_000, 200_000, 2_500, "bytes", 256)]
    [InlineData(3_000_001, 3_000_001, 65, "bpe", 1024)]
    [InlineData(30_000_000, 10_000_000, 4_000, "bpe", 8192)]
    public void The_tokenizer_depends_on_the_text(
        long bytes,
        long characters,
        int distinct,
        string tokenizer,
        int vocabulary)
    {
        var plan = Plan(new CorpusFacts(bytes, characters, distinct), 20);

        Assert.Equal((tokenizer, vocabulary), (plan.Tokenizer, plan.Vocabulary));
        Assert.Equal(vocabulary, plan.Network.VocabularySize);
    }

    [Theory]
    [InlineData(3_000, 192)]
    [InlineData(20_000, 320)]
    [InlineData(60_000, 512)]
    [InlineData(300_000, 768)]
    public void The_size_of_the_network_depends_on_the_length_of_the_text(long bytes, int widest)
    {
        Assert.Equal(widest, Plan(English(bytes), 1000).Network.HiddenSize);
        Assert.True(Plan(English(bytes), 0.2).Network.HiddenSize <= widest);
    }

    [Theory]
    [InlineData(3_000, 4000)]
    [InlineData(20_000, 2048)]
    public void A_network_too_wide_for_its_text_is_trained_anyway(long bytes, int asked)
    {
        var plan = TrainingPlan.Make(English(bytes), new() { HiddenSize = asked }, new(10_000, 1e11));

        Assert.InRange(plan.Epochs, 19, 21);
        Assert.True(plan.Settings.Patience > 0);
    }

    [Fact]
    public void Character_models_get_one_layer_and_an_embedding_no_wider_than_the_vocabulary()
    {
        var (characters, longer) = (Plan(English(1_000_000), 20).Network, Plan(English(20_000_000), 20).Network);

        Assert.True(characters.HiddenSize / 4 > 65);
        Assert.Equal((1, 64), (characters.Layers, characters.EmbeddingSize));
        Assert.Equal((2, longer.HiddenSize), (longer.Layers, longer.EmbeddingSize));
    }
}
