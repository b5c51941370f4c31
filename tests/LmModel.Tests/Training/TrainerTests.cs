using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using LmModel.Training.Batches;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;
using TorchSharp;
using static LmModel.Tests.Training.DuckTraining;

namespace LmModel.Tests.Training;

[Collection(RunsAlone.Name)]
public sealed class TrainerTests
{
    [Fact]
    public void Training_lowers_the_loss_and_saves_the_best_weights_as_an_openable_model()
    {
        using var folder = new TemporaryFolder();
        var path = folder["ducks"];
        var reports = new List<TrainingProgress>();
        IReadOnlyList<EvaluationResult> figures;
        using (
            var trainer = Start(
                path,
                Cell.Lstm,
                tied: false,
                DuckSettings with
                {
                    Steps = 60,
                    ValidateEvery = 20,
                    SampledTokens = 0,
                }
            ))
        {
            trainer.Run(reports.Add, CancellationToken.None);
            figures = trainer.Finish(threads: 1, CancellationToken.None).Figures;
        }

        var validations = reports.Where(r => r.ValidationLoss is not null).ToList();
        Assert.Equal([20, 40, 60], validations.Select(r => r.Step));
        Assert.True(validations[^1].ValidationLoss < validations[0].ValidationLoss);
        Assert.True(reports[^1].Loss < reports[0].Loss);

        var model = ModelFolder.Open(path);
        Assert.Equal(validations.Min(r => r.ValidationLoss)!.Value, figures[0].NatsPerToken, 1e-5);
        Assert.Contains($"| cold windows of 256 | {figures[0].Tokens} | {figures[0].NatsPerToken:F4} |", model.Card);
        Assert.Equal(figures[0].NatsPerToken, model.PrecisionReport!.Figures[0].NatsPerToken);
        Assert.Equal((Text.Name, Text.Sha256), (model.PrecisionReport.Text, model.PrecisionReport.TextSha256));
        Assert.Contains("## Precision", model.Card);
        Assert.Contains(Text.Sha256, model.Card);
        Assert.Contains(Card.Command, model.Card);
        Assert.Contains("Seed 1;", model.Card);
    }

    [Fact]
    public void No_tensor_outlives_a_training()
    {
        using var folder = new TemporaryFolder();
        using (Start(folder["first"], Cell.Lstm, tied: false))
        {
            // The first network of a process leaves libtorch's own caches behind; they do not count.
        }

        var before = TensorCount();
        using (var trainer = Start(folder["second"], Cell.Lstm, tied: false))
        {
            trainer.Run(_ => { }, CancellationToken.None);
            trainer.Finish(threads: 2, CancellationToken.None);
        }

        Assert.Equal(before, TensorCount());
    }

    [Fact]
    public void A_long_enough_text_of_one_line_can_be_trained_on()
    {
        using var folder = new TemporaryFolder();
        var text = Corpus.FromText("line.txt", string.Concat(Enumerable.Repeat("quack ", 50)));
        var tokenizer = CharacterTokenizer.FromCorpus(text.Text.Pieces());
        var config = new ModelConfig
        {
            Cell = Cell.Gru,
            VocabularySize = tokenizer.VocabularySize,
            EmbeddingSize = 2,
            HiddenSize = 2,
        };
        var settings = ContiguousBatches.Fit(DuckSettings, text.Split(new HoldOut()).Training.Length) with
        {
            Steps = 1,
        };

        using var trainer = Trainer.Start(text.Split(settings.HoldOut), tokenizer, config, settings, folder["m"], Card);

        Assert.True(trainer.Run(_ => { }, CancellationToken.None));
    }

    [Fact]
    public void A_text_too_short_for_its_windows_leaves_no_folder_behind()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains(
            "are too few for 4 columns",
            Assert
                .Throws<ArgumentException>(() =>
                    Start(folder["m"], Cell.Gru, tied: false, DuckSettings with { WindowLength = 8000 }))
                .Message);

        Assert.False(Directory.Exists(folder["m"]));
    }

    [Fact]
    public void A_diverging_training_is_reported()
    {
        using var folder = new TemporaryFolder();
        using var trainer = Start(
            folder["m"],
            Cell.RnnRelu,
            tied: false,
            DuckSettings with
            {
                LearningRate = 10,
                GradientClip = 1e6,
                WarmupSteps = 0,
                Steps = 500,
            }
        );

        var message = Assert
            .Throws<TrainingException>(() =>
            {
                trainer.Run(_ => { }, CancellationToken.None);
            })
            .Message;

        Assert.Contains("Lower the learning rate (now 10)", message);
    }

    [Fact]
    public void All_invalid_training_settings_are_reported()
    {
        using var folder = new TemporaryFolder();

        var message = Assert
            .Throws<ArgumentException>(() =>
                Start(
                    folder["m"],
                    Cell.Lstm,
                    tied: false,
                    DuckSettings with
                    {
                        Steps = 0,
                        LearningRate = double.NaN,
                        ValidationShare = 0.9,
                    }
                ))
            .Message;

        Assert.Contains("steps must be from 1", message);
        Assert.Contains("learning rate must be from", message);
        Assert.Contains("validation share must be from 0.001 to 0.5, not 0.9", message);
    }

    [Fact]
    public void A_text_too_short_to_be_split_is_refused_before_training()
    {
        using var folder = new TemporaryFolder();
        var text = Corpus.FromText("ducks.txt", Text.Text.ReadToEnd()[..10]);
        var tokenizer = CharacterTokenizer.FromCorpus(text.Text.Pieces());
        var config = new ModelConfig
        {
            Cell = Cell.Gru,
            VocabularySize = tokenizer.VocabularySize,
            EmbeddingSize = 2,
            HiddenSize = 2,
        };

        var message = Assert
            .Throws<CorpusException>(() =>
                Trainer.Start(text.Split(DuckSettings.HoldOut), tokenizer, config, DuckSettings, folder["m"], Card))
            .Message;

        Assert.Contains("ducks.txt is too short", message);
        Assert.Contains("1 tokens, and at least 2 are needed", message);
    }

    private static long TensorCount() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
