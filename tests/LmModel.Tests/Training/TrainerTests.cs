using System.Text.Json;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using LmModel.Training.Batches;
using LmModel.Training.Checkpoints;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;
using TorchSharp;

namespace LmModel.Tests.Training;

[Collection(RunsAlone.Name)]
public sealed class TrainerTests
{
    private static readonly Corpus Text = Corpus.FromText(
        "ducks.txt",
        string.Concat(Enumerable.Range(0, 60).Select(i => $"Duck {i % 7} said to duck {i % 5}: quack, quack!\n")));

    private static readonly TrainingSettings Settings = new()
    {
        BatchSize = 4,
        WindowLength = 16,
        Steps = 24,
        WarmupSteps = 3,
        ValidateEvery = 6,
        LearningRate = 1e-2,
        StateResetProbability = 0.2,
        JitterWindows = true,
        InputDropout = 0.1,
        EmbeddingDropout = 0.1,
        WeightDrop = 0.2,
        SampledTokens = 15,
        AverageDecay = 0.9,
    };

    public static TheoryData<Cell, bool> Cells => new()
    {
        { Cell.Lstm, false }, { Cell.Gru, true }, { Cell.RnnTanh, false }, { Cell.RnnRelu, false },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_training_interrupted_and_resumed_ends_with_the_same_bits_as_one_that_ran_through(Cell cell, bool tied)
    {
        using var folder = new TemporaryFolder();
        var (whole, parts) = (folder["whole"], folder["parts"]);
        using (var trainer = Start(whole, cell, tied))
        {
            Assert.True(trainer.Run(_ => { }, CancellationToken.None));
        }

        // Twice, at steps that are neither a validation nor the end of an epoch.
        Interrupt(() => Start(parts, cell, tied), atStep: 7);
        Interrupt(() => Trainer.Resume(Text, parts), atStep: 17);
        using (var trainer = Trainer.Resume(Text, parts))
        {
            Assert.Equal(17, trainer.Step);
            Assert.True(trainer.Run(_ => { }, CancellationToken.None));
        }

        Assert.Equal(ModelFolder.Open(whole).WeightsSha256, ModelFolder.Open(parts).WeightsSha256);
        var ((a, _, _), (b, _, values)) = (TrainingCheckpoint.Load(whole), TrainingCheckpoint.Load(parts));
        Assert.Equal(JsonSerializer.Serialize(a with { Elapsed = default }), JsonSerializer.Serialize(b with { Elapsed = default }));
        Assert.All(Tensors(whole), t => Assert.Equal(t.Values, values(t.Name, t.Values.LongLength)));
    }

    [Fact]
    public void A_validation_that_was_interrupted_is_made_up_for_when_the_training_is_resumed()
    {
        using var folder = new TemporaryFolder();
        var (whole, parts) = (folder["whole"], folder["parts"]);
        using (var trainer = Start(whole, Cell.Gru, tied: true))
        {
            Assert.True(trainer.Run(_ => { }, CancellationToken.None));
        }

        // The twelfth step is validated, and while it is trained the signal comes; then at the last one.
        foreach (var step in (int[])[12, Settings.Steps])
        {
            var clock = new Clock();
            using var stop = new CancellationTokenSource();
            using var trainer = step == 12 ? Start(parts, Cell.Gru, tied: true, time: clock) : Trainer.Resume(Text, parts, clock);
            clock.Asked = () =>
            {
                if (trainer.Step == step - 1)
                {
                    stop.Cancel();
                }
            };
            Assert.False(trainer.Run(_ => { }, stop.Token, reportEvery: 1000));
            Assert.Equal(step, trainer.Step);
        }

        using (var trainer = Trainer.Resume(Text, parts))
        {
            TrainingProgress? last = null;
            Assert.True(trainer.Run(p => last = p, CancellationToken.None));
            Assert.Equal((Settings.Steps, true), (last!.Step, double.IsFinite(last.Loss) && last.ValidationLoss is not null));
        }

        Assert.Equal(ModelFolder.Open(whole).WeightsSha256, ModelFolder.Open(parts).WeightsSha256);
        var (a, b) = (TrainingCheckpoint.Load(whole).Run, TrainingCheckpoint.Load(parts).Run);
        Assert.Equal(JsonSerializer.Serialize(a with { Elapsed = default }), JsonSerializer.Serialize(b with { Elapsed = default }));
    }

    [Fact]
    public void Training_lowers_the_loss_and_keeps_the_best_weights_as_a_model_that_opens()
    {
        using var folder = new TemporaryFolder();
        var path = folder["ducks"];
        var reports = new List<TrainingProgress>();
        IReadOnlyList<EvaluationResult> figures;
        using (var trainer = Start(path, Cell.Lstm, tied: false, Settings with { Steps = 60, ValidateEvery = 20, SampledTokens = 0 }))
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
    public void Another_text_cannot_be_trained_on_further()
    {
        using var folder = new TemporaryFolder();
        Interrupt(() => Start(folder["m"], Cell.Gru, tied: false), atStep: 1);

        var other = Corpus.FromText("geese.txt", "Honk, honk!");
        var message = Assert.Throws<CorpusException>(() => Trainer.Resume(other, folder["m"])).Message;

        Assert.Contains("geese.txt is not the text this training began with", message);
    }

    [Fact]
    public void Held_out_documents_are_never_trained_on_and_a_resumed_training_holds_out_the_same()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["ducks", "geese", "swans"])
        {
            var letters = new string(name[0], 300);
            File.WriteAllText(folder[$"{name}.txt"], $"{letters}\n{letters}");
        }

        var corpus = Corpus.Open(folder.Path);
        var settings = Settings with { HeldOutDocuments = ["geese*"] };
        var tokenizer = CharacterTokenizer.FromCorpus(corpus.Text.Pieces());
        var config = new ModelConfig { Cell = Cell.Gru, VocabularySize = tokenizer.VocabularySize, EmbeddingSize = 2, HiddenSize = 2 };
        string Split(Trainer trainer)
        {
            var tokens = new int[trainer.Tokens.Length];
            trainer.Tokens.CopyTo(0, tokens);
            Assert.Equal(trainer.Split.Training.ReadToEnd(), tokenizer.Decode(tokens));
            Assert.DoesNotContain("g", tokenizer.Decode(tokens));
            return trainer.Split.Validation.ReadToEnd();
        }

        string held;
        using (var trainer = Trainer.Start(corpus.Split(settings.HoldOut), tokenizer, config, settings, folder["m"], Card))
        {
            held = Split(trainer);
            Assert.False(trainer.Run(_ => { }, new CancellationToken(canceled: true)));
        }

        using var resumed = Trainer.Resume(Corpus.Open(folder.Path), folder["m"]);
        Assert.Equal(held, Split(resumed));
    }

    [Fact]
    public void A_validation_text_must_be_the_same_when_a_training_goes_on()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["valid.txt"], "Duck 1 said: quack!\n");
        using (var trainer = Start(folder["m"], Cell.Gru, tied: false, Settings with { ValidationText = folder["valid.txt"] }))
        {
            Assert.Equal(Text.Text.Length, trainer.Split.Training.Length);
            Assert.False(trainer.Run(_ => { }, new CancellationToken(canceled: true)));
        }

        File.WriteAllText(folder["valid.txt"], "Duck 2 said: quack!\n");

        Assert.Contains(
            "valid.txt is not the text this training began with",
            Assert.Throws<CorpusException>(() => Trainer.Resume(Text, folder["m"])).Message);
    }

    [Fact]
    public void A_text_of_one_line_trains_where_it_is_long_enough()
    {
        using var folder = new TemporaryFolder();
        var text = Corpus.FromText("line.txt", string.Concat(Enumerable.Repeat("quack ", 50)));
        var tokenizer = CharacterTokenizer.FromCorpus(text.Text.Pieces());
        var config = new ModelConfig { Cell = Cell.Gru, VocabularySize = tokenizer.VocabularySize, EmbeddingSize = 2, HiddenSize = 2 };
        var settings = ContiguousBatches.Fit(Settings, text.Split(new HoldOut()).Training.Length) with { Steps = 1 };

        using var trainer = Trainer.Start(text.Split(settings.HoldOut), tokenizer, config, settings, folder["m"], Card);

        Assert.True(trainer.Run(_ => { }, CancellationToken.None));
    }

    [Fact]
    public void What_is_too_short_for_its_windows_leaves_no_folder_behind()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains(
            "are too few for 4 columns",
            Assert.Throws<ArgumentException>(() => Start(folder["m"], Cell.Gru, tied: false, Settings with { WindowLength = 8000 })).Message);

        Assert.False(Directory.Exists(folder["m"]));
    }

    [Fact]
    public void There_must_be_something_to_resume()
    {
        using var folder = new TemporaryFolder();

        var message = Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, folder["none"])).Message;

        Assert.Contains("There is no training to resume", message);
    }

    [Fact]
    public void A_broken_checkpoint_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        using (var file = File.OpenWrite(TrainingCheckpoint.PathIn(path)))
        {
            file.SetLength(file.Length / 2);
        }

        Assert.Contains("cannot be resumed", Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message);
    }

    [Fact]
    public void A_checkpoint_with_a_number_that_is_not_finite_is_refused_by_its_place()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        Rewrite(path, (name, values) =>
        {
            if (name is "adamw.mean.rnn.weight_hh_l1" or "fc.bias")
            {
                values[13] = float.NaN;
            }

            return values;
        });

        var message = Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message;

        Assert.Contains("cannot be resumed:\n- last.safetensors: ", message);
        Assert.Contains("[1, 1] is NaN", message.Replace("fc.bias[13]", "[1, 1]", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_that_does_not_fit_its_network_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        Rewrite(path, (name, values) => name == "average.fc.bias" ? values[1..] : values);

        var message = Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message;

        Assert.Matches("- average.fc.bias: expected \\d+ numbers, found \\d+", message);
    }

    [Theory]
    [InlineData("\"Steps\":24", "\"Steps\":0", "steps must be from 1")]
    [InlineData("\"HiddenSize\":12", "\"HiddenSize\":0", "hidden_size must be from 1")]
    [InlineData("\"Card\":{", "\"Card\":null,\"x\":{", "Card")]
    [InlineData("\"CorpusSha256\":", "\"\\u001b\":1,\"Corpus\":", "CorpusSha256")]
    public void A_checkpoint_whose_settings_make_no_sense_is_refused(string part, string replacement, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        Rewrite(path, (_, values) => values, progress => progress.Replace(part, replacement, StringComparison.Ordinal));

        var message = Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message;

        Assert.Contains("the progress in its metadata makes no sense: ", message);
        Assert.Contains(expected, message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData(null)]
    public void A_broken_tokenizer_of_a_training_is_refused(string? content)
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        File.Delete(TrainingCheckpoint.TokenizerIn(path));
        if (content is not null)
        {
            File.WriteAllText(TrainingCheckpoint.TokenizerIn(path), content);
        }

        Assert.Contains("cannot be resumed:\n- tokenizer.json: ", Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message);
    }

    [Fact]
    public void A_byte_order_mark_in_the_tokenizer_of_a_training_is_read_over()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        var tokenizer = TrainingCheckpoint.TokenizerIn(path);
        File.WriteAllText(tokenizer, File.ReadAllText(tokenizer), new System.Text.UTF8Encoding(true));

        Trainer.Resume(Text, path).Dispose();
    }

    [Fact]
    public void A_training_that_diverges_says_so()
    {
        using var folder = new TemporaryFolder();
        using var trainer = Start(folder["m"], Cell.RnnRelu, tied: false, Settings with { LearningRate = 10, GradientClip = 1e6, WarmupSteps = 0, Steps = 500 });

        var message = Assert.Throws<TrainingException>(() => { trainer.Run(_ => { }, CancellationToken.None); }).Message;

        Assert.Contains("Lower the learning rate (now 10)", message);
    }

    [Fact]
    public void Settings_that_cannot_be_trained_are_all_named()
    {
        using var folder = new TemporaryFolder();

        var message = Assert.Throws<ArgumentException>(() => Start(
            folder["m"], Cell.Lstm, tied: false, Settings with { Steps = 0, LearningRate = double.NaN, ValidationShare = 0.9 })).Message;

        Assert.Contains("steps must be from 1", message);
        Assert.Contains("learning rate must be from", message);
        Assert.Contains("validation share must be from 0.001 to 0.5, not 0.9", message);
    }

    [Fact]
    public void A_text_too_short_to_hold_any_out_is_refused_before_training()
    {
        using var folder = new TemporaryFolder();
        var text = Corpus.FromText("ducks.txt", Text.Text.ReadToEnd()[..10]);
        var tokenizer = CharacterTokenizer.FromCorpus(text.Text.Pieces());
        var config = new ModelConfig { Cell = Cell.Gru, VocabularySize = tokenizer.VocabularySize, EmbeddingSize = 2, HiddenSize = 2 };

        var message = Assert.Throws<CorpusException>(() => Trainer.Start(text.Split(Settings.HoldOut), tokenizer, config, Settings, folder["m"], Card)).Message;

        Assert.Contains("ducks.txt is too short", message);
        Assert.Contains("1 tokens, and 2 are the least", message);
    }

    [Fact]
    public void A_training_begun_anew_does_not_leave_the_old_one_to_resume()
    {
        using var folder = new TemporaryFolder();
        Interrupt(() => Start(folder["m"], Cell.Gru, tied: false), atStep: 1);

        Start(folder["m"], Cell.Lstm, tied: false).Dispose();

        Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, folder["m"]));
    }

    private static ModelCard Card => new() { Name = "ducks", Command = "lm train ducks.txt --steps 24" };

    private static Trainer Start(
        string folder, Cell cell, bool tied, TrainingSettings? settings = null, TimeProvider? time = null)
    {
        var tokenizer = CharacterTokenizer.FromCorpus(Text.Text.Pieces());
        var config = new ModelConfig
        {
            Cell = cell,
            VocabularySize = tokenizer.VocabularySize,
            EmbeddingSize = tied ? 12 : 8,
            HiddenSize = 12,
            Layers = 2,
            Dropout = 0.2,
            TieWeights = tied,
        };
        return Trainer.Start(Text.Split((settings ?? Settings).HoldOut), tokenizer, config, settings ?? Settings, folder, Card, time);
    }

    private static void Interrupt(Func<Trainer> start, int atStep)
    {
        using var trainer = start();
        using var stop = new CancellationTokenSource();
        var clock = new StopAt(atStep, stop);
        Assert.False(trainer.Run(clock.Report, stop.Token, reportEvery: 1));
    }

    private static List<(string Name, float[] Values)> Tensors(string folder)
    {
        using var reader = SafeTensorsReader.Open(TrainingCheckpoint.PathIn(folder));
        return [.. reader.Tensors.Select(t => (t.Name, reader.ReadFloats(t.Name)))];
    }

    private static void Rewrite(string folder, Func<string, float[], float[]> change, Func<string, string>? changeProgress = null)
    {
        List<TensorData> tensors;
        string progress;
        using (var reader = SafeTensorsReader.Open(TrainingCheckpoint.PathIn(folder)))
        {
            tensors = [.. reader.Tensors.Select(t => change(t.Name, reader.ReadFloats(t.Name)) is var values && values.LongLength == t.ElementCount
                ? TensorData.Floats(t.Name, t.Shape, values)
                : TensorData.Floats(t.Name, [values.LongLength], values))];
            progress = reader.Metadata["progress"];
        }

        SafeTensorsWriter.Write(
            TrainingCheckpoint.PathIn(folder), tensors, new Dictionary<string, string> { ["progress"] = (changeProgress ?? (p => p))(progress) });
    }

    private static long TensorCount() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>Tells when it is asked.</summary>
    private sealed class Clock : TimeProvider
    {
        public Action? Asked { get; set; }

        public override long GetTimestamp()
        {
            Asked?.Invoke();
            return base.GetTimestamp();
        }
    }

    private sealed class StopAt(int step, CancellationTokenSource stop)
    {
        public void Report(TrainingProgress progress)
        {
            if (progress.Step == step)
            {
                stop.Cancel();
            }
        }
    }
}
