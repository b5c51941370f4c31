using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Quantization;
using LmModel.Quantization.Measurement;
using LmModel.Tokenization;

namespace LmModel.Tests.Quantization;

public sealed class PrecisionRecordTests : IDisposable
{
    private static readonly Corpus Text = Corpus.FromText("ducks.txt", "quack");

    private static readonly PrecisionResult[] Results =
    [
        Result(Precision.Fp32, 1.25, 4000), Result(Precision.Bf16, 1.2502, 2000), Result(Precision.Int8, 1.26, 1000),
    ];

    private const string Section =
        """
        ## Precision

        Served in bf16 by default: it reads the fewest bytes of weights of those whose
        loss differs from that of fp32 by less than 0.001 nats per token.

        | precision | nats/token | difference | bytes of weights per token |
        | --- | --- | --- | --- |
        | fp32 | 1.25000 | 0 | 4,000 |
        | bf16 | 1.25020 | +0.00020 | 2,000 |
        | int8 | 1.26000 | +0.01000 | 1,000 |

        1,000 tokens of `ducks.txt`, cold windows of 256: `lm quantize models/gru ducks.txt --split validation`.

        """;

    private readonly TemporaryFolder _folder = new();

    private string Model => _folder["gru"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_chosen_precision_and_its_measurements_are_saved_in_the_folder()
    {
        Save("# gru\n");

        var report = PrecisionRecord.Save(ModelFolder.Open(Model), Text.Split(new HoldOut()), Results);

        var read = ModelFolder.Open(Model).PrecisionReport!;
        Assert.Equal(report.Figures, read.Figures);
        Assert.Equal(
            (Precision.Bf16, 0.001, "ducks.txt", Text.Sha256),
            (read.Default, read.Tolerance, read.Text, read.TextSha256));
        Assert.Equal((0.1, "cold", 256, 1000L), (read.TextShare, read.Protocol, read.Window, read.Tokens));
    }

    [Theory]
    [InlineData("# gru\n", "# gru\n\n", "")]
    [InlineData("", "", "")]
    [InlineData("# gru\n\n## Known limits\n\nMany.\n", "# gru\n\n", "\n## Known limits\n\nMany.\n")]
    [InlineData("# gru\n\n## Precision\n\nOld.\n### Older\n\n## More\n\nx", "# gru\n\n", "\n## More\n\nx")]
    [InlineData("# gru\n\n## More\n\n## Precision\n\nOld.\n", "# gru\n\n## More\n\n", "")]
    [InlineData("```\n## Precision\n```\n", "```\n## Precision\n```\n\n", "")]
    public void The_card_gains_one_section_and_is_otherwise_unchanged(string card, string before, string after)
    {
        var expected = before + Section.ReplaceLineEndings("\n") + after;
        Save(card);
        for (var time = 1; time <= 2; time++)
        {
            PrecisionRecord.Save(
                ModelFolder.Open(Model), Text.Split(new HoldOut()), Results,
                report => $"lm quantize models/gru {report.Text} --split validation");
            Assert.Equal(expected, ModelFolder.Open(Model).Card);
        }
    }

    [Fact]
    public void No_card_is_added_to_a_folder_without_one()
    {
        Save("");
        File.Delete(Path.Combine(Model, "README.md"));
        PrecisionRecord.Save(ModelFolder.Open(Model), Text.Split(new HoldOut()), Results);
        Assert.Null(ModelFolder.Open(Model).Card);
    }

    [Fact]
    public void A_section_without_a_command_has_none()
    {
        Save("");
        PrecisionRecord.Save(ModelFolder.Open(Model), Text.Split(new HoldOut()), Results);
        Assert.EndsWith("1,000 tokens of `ducks.txt`, cold windows of 256.\n", ModelFolder.Open(Model).Card);
    }

    [Fact]
    public void A_precision_with_a_NaN_loss_is_left_out()
    {
        Save("");
        var report = PrecisionRecord.Save(
            ModelFolder.Open(Model),
            Text.Split(new HoldOut { Share = 1 }),
            [Results[0], Results[1], Result(Precision.Int8, double.NaN, 1000)]
        );
        Assert.Equal([Precision.Fp32, Precision.Bf16], report.Figures.Select(f => f.Precision));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Nothing_is_recorded_if_the_fp32_loss_is_not_finite(double loss)
    {
        Save("");
        var message = Assert
            .Throws<InvalidDataException>(() =>
                PrecisionRecord.Save(
                    ModelFolder.Open(Model),
                    Text.Split(new HoldOut()),
                    [Result(Precision.Fp32, loss, 4000), Results[1], Results[2]]
                ))
            .Message;
        Assert.StartsWith("The loss of the text is", message);
        Assert.False(File.Exists(Path.Combine(Model, "precision.json")));
    }

    private static PrecisionResult Result(Precision precision, double natsPerToken, long bytes) =>
        new(precision, new(Protocol.ColdWindows, 256, 1000, natsPerToken * 1000, 1000, 1000), bytes);

    private void Save(string card)
    {
        var fixture = PyTorchFixture.Load("gru");
        ModelFolder.Save(Model, CharacterTokenizer.FromCorpus("abcdefghijk"), fixture.Network, card);
    }
}
