using LmCli.Train;
using LmModel.Evaluation;
using LmModel.Networks;
using LmModel.Training.Settings;

namespace LmCli.Tests.Train;

public sealed class TrainSummaryTests
{
    private static readonly ModelConfig Network = new()
    {
        Cell = Cell.Lstm,
        VocabularySize = 65,
        EmbeddingSize = 64,
        HiddenSize = 512,
        Layers = 1,
        Dropout = 0.25,
    };

    private static readonly TrainSummary Good = new()
    {
        Text = "input.txt",
        Folder = "models/shakespeare",
        Settings = new TrainingSettings { Steps = 3000, Patience = 5 },
        Step = 3000,
        Epochs = 12.25,
        Elapsed = TimeSpan.FromMinutes(49.6),
        Figures =
        [
            new(Protocol.ColdWindows, 256, 111_539, 174_458, 111_539, 111_539),
            new(Protocol.Contiguous, 0, 111_539, 172_328, 111_539, 111_539),
        ],
        BestStep = 3000,
        Trend = new()
        {
            BestStep = 3000,
            BestLoss = 1.5641,
            LastLoss = 1.5641,
            TrainingLoss = 1.44,
            Overfits = false,
            StillFalls = true,
        },
        Advice = new()
        {
            Network = Network,
            Settings = new TrainingSettings { Steps = 3000 },
            Tokens = 1_003_854,
            EndedEarly = false,
        },
        Baselines = [new("xz -9", 2.971), new("5-gram", 2.408)],
    };

    [Fact]
    public void A_training_ends_with_a_summary_that_explains_it() =>
        Golden.Matches("LmCli.Tests/Golden/train-summary.txt", Text(Good));

    [Fact]
    public void An_overfitting_training_is_reported()
    {
        var text = Text(Good with
        {
            Step = 2000,
            Trend = Good.Trend! with
            {
                BestStep = 1000,
                LastLoss = 1.72,
                TrainingLoss = 0.9,
                Overfits = true,
                StillFalls = false,
            },
        }
        );

        Assert.Contains(
            "Ended early after 2,000 of 3,000 steps and 49:36, because 5 validations in a row did not improve the loss. ",
            text);
        Assert.Contains("The model overfits: after step 1,000 the loss on held-out text rose by 10.0 %", text);
        Assert.Contains("Next: more text.\n", text);
    }

    [Fact]
    public void A_wide_gap_and_a_converged_loss_are_reported()
    {
        var wide = Text(Good with { Trend = Good.Trend! with { TrainingLoss = 1.2 } });
        var settled = Text(Good with { Trend = Good.Trend! with { StillFalls = false } });

        Assert.Contains("predicts held-out text 30 % worse", wide);
        Assert.Contains("and the loss had converged.", settled);
    }

    [Fact]
    public void A_model_worse_than_an_n_gram_is_reported()
    {
        var text = Text(Good with { Baselines = [new("5-gram", 2.0)] });

        Assert.Contains("The model is 11.4 % worse than 5-gram", text);
    }

    [Fact]
    public void Only_compressors_are_described_as_learning_while_reading()
    {
        var compressor = Text(Good with { Baselines = [new("xz -9", 2.0) { LearnsWhileReading = true }] });
        var ngram = Text(Good with { Baselines = [new("Kneser-Ney 5-gram", 2.0)] });

        Assert.Contains("worse than xz -9. A compressor continues to learn while it reads", compressor);
        Assert.Contains("worse than Kneser-Ney 5-gram.\n", ngram);
        Assert.DoesNotContain("ompressor", ngram);
    }

    [Fact]
    public void A_training_without_a_log_still_has_a_summary()
    {
        var text = Text(Good with { Trend = null });

        Assert.Contains("contiguous           1.5450 nats/token", text);
        Assert.DoesNotContain("Next:", text);
    }

    [Fact]
    public void Without_baselines_there_is_no_comparison() =>
        Assert.DoesNotContain("bits/byte  this model", Text(Good with { Baselines = [] }));

    private static string Text(TrainSummary summary) => string.Concat(summary.Lines().Select(l => l + "\n"));
}
