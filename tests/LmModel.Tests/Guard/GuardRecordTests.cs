using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Guard;
using LmModel.Guard.Making;
using LmModel.Guard.Measurement;
using LmModel.Inference.Managed;
using LmModel.Quantization;
using LmModel.Tests.Checkpoints;
using LmModel.Tokenization;

namespace LmModel.Tests.Guard;

public sealed class GuardRecordTests : SavedModelTests
{
    private static readonly Corpus Text = Corpus.FromText("text", "abcdefghijkabbcdeaaaaghi");
    private static readonly Corpus Other = Corpus.FromText("other", "kjihgfedcbakk");

    [Fact]
    public void The_runs_of_all_texts_are_saved_in_the_folder()
    {
        Save(Gru);

        var filter = GuardRecord.Save(Open(), [Text.Text, Other.Text], 6, CancellationToken.None);

        var read = Open().Guard!;
        Assert.Equal((6, 21 + 10, Open().WeightsSha256), (read.Least, read.Runs, read.WeightsSha256));
        Assert.Equal(filter.Words, read.Words);
        Assert.True(read.HasRun(Open().Tokenizer.Encode("defghi")));
        Assert.True(read.HasRun(Open().Tokenizer.Encode("ihgfed")));
        Assert.False(read.HasRun(Open().Tokenizer.Encode("aghikj")));
    }

    [Fact]
    public void A_text_without_a_run_is_refused_and_nothing_is_saved()
    {
        Save(Gru);

        Assert.Equal(
            "The text has 24 tokens, too few for a run of 50.",
            Assert.Throws<CorpusException>(
                () => GuardRecord.Save(Open(), [Text.Text], 50, CancellationToken.None)).Message);
        Assert.Null(Open().Guard);
    }

    [Fact]
    public void The_runs_of_other_weights_are_refused_but_can_be_made_again()
    {
        Save(Gru);
        GuardRecord.Save(Open(), [Text.Text], 6, CancellationToken.None);
        var filter = File.ReadAllBytes(Folder["verbatim.filter"]);
        Save(PyTorchFixture.Load("lstm"));
        Assert.Null(Open().Guard);
        File.WriteAllBytes(Folder["verbatim.filter"], filter);

        Assert.Contains("- verbatim.filter: made for other weights, with SHA-256", Assert.Single(Problems()));
        GuardRecord.Save(ModelFolder.OpenUnguarded(Folder.Path), [Text.Text], 6, CancellationToken.None);
        Assert.NotNull(Open().Guard);
    }

    [Fact]
    public void Runs_are_shorter_where_a_token_is_more_text()
    {
        Assert.Equal(50, GuardRecord.DefaultLeast(new ByteTokenizer()));
        Assert.Equal(12, GuardRecord.DefaultLeast(BpeTokenizer.Train("a text", 256)));
    }

    [Fact]
    public async Task A_measurement_counts_copies_without_and_with_the_guard()
    {
        Save(Gru);
        var letters = string.Concat(Filters.RandomTokens(5000, 11, seed: 1).Select(i => (char)('a' + i)));
        var training = Corpus.FromText("letters", letters).Text;
        var filter = GuardRecord.Save(Open(), [training], 6, CancellationToken.None);
        using var model = new ManagedStepModel(Open().ReadWeights(), Precision.Fp32, 1);

        var figures = await new GuardMeasurement(Open(), VerbatimRule.Of(filter, 6), new() { Temperature = 1 })
            .RunAsync(model, [training], 2000, CancellationToken.None);

        Assert.Equal((2000, 2000), (figures.Without.Tokens, figures.With.Tokens));
        Assert.InRange(figures.Without.Copied, 1, 200);
        Assert.Equal((0, 0), (figures.With.Copied, figures.With.CopiedSpelled));
        Assert.InRange(figures.Refused, figures.Without.Copied, 2000);
        Assert.InRange(figures.Throughput, 0.01, 100);
    }
}
