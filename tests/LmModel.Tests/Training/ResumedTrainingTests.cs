using System.Text.Json;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using LmModel.Training.Checkpoints;
using LmModel.Training.Reporting;
using static LmModel.Tests.Training.DuckTraining;

namespace LmModel.Tests.Training;

[Collection(RunsAlone.Name)]
public sealed class ResumedTrainingTests
{
    public static TheoryData<Cell, bool> Cells => new()
    {
        { Cell.Lstm, false }, { Cell.Gru, true }, { Cell.RnnTanh, false }, { Cell.RnnRelu, false },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_resumed_training_is_bit_identical_to_an_uninterrupted_one(Cell cell, bool tied)
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
        Assert.Equal(
            JsonSerializer.Serialize(a with { Elapsed = default }),
            JsonSerializer.Serialize(b with { Elapsed = default }));
        Assert.All(Tensors(whole), t => Assert.Equal(t.Values, values(t.Name, t.Values.LongLength)));
    }

    [Fact]
    public void An_interrupted_validation_is_repeated_when_the_training_is_resumed()
    {
        using var folder = new TemporaryFolder();
        var (whole, parts) = (folder["whole"], folder["parts"]);
        using (var trainer = Start(whole, Cell.Gru, tied: true))
        {
            Assert.True(trainer.Run(_ => { }, CancellationToken.None));
        }

        // The twelfth step is validated, and while it is trained the signal comes; then at the last one.
        foreach (var step in (int[])[12, DuckSettings.Steps])
        {
            var clock = new Clock();
            using var stop = new CancellationTokenSource();
            using var trainer =
                step == 12 ? Start(parts, Cell.Gru, tied: true, time: clock) : Trainer.Resume(Text, parts, clock);
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
            Assert.Equal(
                (DuckSettings.Steps, true),
                (last!.Step, double.IsFinite(last.Loss) && last.ValidationLoss is not null));
        }

        Assert.Equal(ModelFolder.Open(whole).WeightsSha256, ModelFolder.Open(parts).WeightsSha256);
        var (a, b) = (TrainingCheckpoint.Load(whole).Run, TrainingCheckpoint.Load(parts).Run);
        Assert.Equal(
            JsonSerializer.Serialize(a with { Elapsed = default }),
            JsonSerializer.Serialize(b with { Elapsed = default }));
    }

    [Fact]
    public void Held_out_documents_are_never_trained_on_and_stay_held_out_after_resuming()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["ducks", "geese", "swans"])
        {
            var letters = new string(name[0], 300);
            File.WriteAllText(folder[$"{name}.txt"], $"{letters}\n{letters}");
        }

        var corpus = Corpus.Open(folder.Path);
        var settings = DuckSettings with { HeldOutDocuments = ["geese*"] };
        var tokenizer = CharacterTokenizer.FromCorpus(corpus.Text.Pieces());
        var config = new ModelConfig
        {
            Cell = Cell.Gru,
            VocabularySize = tokenizer.VocabularySize,
            EmbeddingSize = 2,
            HiddenSize = 2,
        };
        string Split(Trainer trainer)
        {
            var tokens = new int[trainer.Tokens.Length];
            trainer.Tokens.CopyTo(0, tokens);
            Assert.Equal(trainer.Split.Training.ReadToEnd(), tokenizer.Decode(tokens));
            Assert.DoesNotContain("g", tokenizer.Decode(tokens));
            return trainer.Split.Validation.ReadToEnd();
        }

        string held;
        using (
            var trainer = Trainer.Start(corpus.Split(settings.HoldOut), tokenizer, config, settings, folder["m"], Card))
        {
            held = Split(trainer);
            Assert.False(trainer.Run(_ => { }, new CancellationToken(canceled: true)));
        }

        using var resumed = Trainer.Resume(Corpus.Open(folder.Path), folder["m"]);
        Assert.Equal(held, Split(resumed));
    }

    [Fact]
    public void Resuming_with_another_text_is_refused()
    {
        using var folder = new TemporaryFolder();
        Interrupt(() => Start(folder["m"], Cell.Gru, tied: false), atStep: 1);

        var other = Corpus.FromText("geese.txt", "Honk, honk!");
        var message = Assert.Throws<CorpusException>(() => Trainer.Resume(other, folder["m"])).Message;

        Assert.Contains("geese.txt is not the text that this training began with", message);
    }

    [Fact]
    public void A_validation_text_must_be_the_same_when_a_training_is_resumed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["valid.txt"], "Duck 1 said: quack!\n");
        using (
            var trainer = Start(
                folder["m"],
                Cell.Gru,
                tied: false,
                DuckSettings with
                {
                    ValidationText = folder["valid.txt"],
                }
            ))
        {
            Assert.Equal(Text.Text.Length, trainer.Split.Training.Length);
            Assert.False(trainer.Run(_ => { }, new CancellationToken(canceled: true)));
        }

        File.WriteAllText(folder["valid.txt"], "Duck 2 said: quack!\n");

        Assert.Contains(
            "valid.txt is not the text that this training began with",
            Assert.Throws<CorpusException>(() => Trainer.Resume(Text, folder["m"])).Message);
    }

    [Fact]
    public void Resuming_without_a_started_training_is_refused()
    {
        using var folder = new TemporaryFolder();

        var message = Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, folder["none"])).Message;

        Assert.Contains("There is no training to resume", message);
    }

    [Fact]
    public void Restarting_a_training_discards_its_old_checkpoint()
    {
        using var folder = new TemporaryFolder();
        Interrupt(() => Start(folder["m"], Cell.Gru, tied: false), atStep: 1);

        Start(folder["m"], Cell.Lstm, tied: false).Dispose();

        Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, folder["m"]));
    }

    private static List<(string Name, float[] Values)> Tensors(string folder)
    {
        using var reader = SafeTensorsReader.Open(TrainingCheckpoint.PathIn(folder));
        return [.. reader.Tensors.Select(t => (t.Name, reader.ReadFloats(t.Name)))];
    }

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
}
