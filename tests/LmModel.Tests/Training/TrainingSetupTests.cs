using LmModel.Corpora;
using LmModel.Training;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training;

[Collection(RunsAlone.Name)]
public sealed class TrainingSetupTests
{
    private static readonly Corpus Text = Corpus.FromText(
        "ducks.txt",
        string.Concat(Enumerable.Range(0, 60).Select(i => $"Duck {i % 7} said to duck {i % 5}: quack, quack!\n")));

    private static readonly ModelCard Card = new() { Name = "ducks", Command = "train ducks" };

    private static readonly TrainingChoices Small = new() { Steps = 2, HiddenSize = 8, Layers = 1 };

    [Fact]
    public void A_text_and_a_number_of_steps_suffice_for_training()
    {
        using var folder = new TemporaryFolder();
        var setup = TrainingSetup.For(Text, Small);
        using var trainer = setup.Start(folder["model"], Card);

        Assert.Null(setup.Time);
        Assert.Equal("characters", trainer.Tokenizer.Kind);
        Assert.Equal(trainer.Tokenizer.VocabularySize, trainer.Config.VocabularySize);
        Assert.Equal(trainer.Tokenizer.Encode("\n")[0], trainer.Config.StartToken);
        Assert.Equal((2, 8), (trainer.Settings.Steps, trainer.Config.HiddenSize));
        Assert.True(trainer.Run(_ => { }, CancellationToken.None));
    }

    [Fact]
    public void A_planned_window_is_fitted_to_the_tokens_but_a_chosen_one_is_not()
    {
        using var folder = new TemporaryFolder();
        var choices = Small with { Tokenizer = "bpe", Vocabulary = 400 };
        using (var trainer = TrainingSetup.For(Text, choices).Start(folder["planned"], Card))
        {
            Assert.True(trainer.StepsPerEpoch >= 1);
        }

        var chosen = TrainingSetup.For(Text, choices with { BatchSize = 4096 });
        var message = Assert.Throws<ArgumentException>(
            () => chosen.Start(folder["chosen"], Card)).Message;
        Assert.Contains("tokens are too few for 4096 columns", message);
        Assert.False(Directory.Exists(folder["chosen"]));
    }

    [Fact]
    public void The_plan_for_twice_the_time_reuses_the_measured_speed()
    {
        var setup = TrainingSetup.For(Text, Small with { Steps = null, HiddenSize = null }, minutes: 0.01);

        Assert.Equal(0.01, setup.Time!.Minutes);
        Assert.True(setup.Time.FlopsPerSecond > 0);
        Assert.Equal(setup.Plan.Settings, setup.PlanFor(0.01).Settings);
        Assert.Throws<InvalidOperationException>(() => TrainingSetup.For(Text, Small).PlanFor(1));
    }

    [Fact]
    public void The_chosen_share_is_held_out()
    {
        var setup = TrainingSetup.For(Text, Small with { ValidationShare = 0.5 });

        Assert.Equal(0.5, setup.Split.Validation.Length / (double)Text.Text.Length, 0.1);
    }

    [Fact]
    public void All_choices_out_of_range_are_reported_before_planning()
    {
        var wrong = Small with { HiddenSize = 0, WeightDrop = 1, Tokenizer = "syllables" };

        Assert.Equal(
            "This cannot be trained: tokenizer must be characters, bytes, bpe or words, not syllables; "
            + "hidden size must be from 1 to 65536, not 0; weight drop must be from 0 to 0.95, not 1.",
            Assert.Throws<ArgumentException>(() => TrainingSetup.For(Text, wrong)).Message);
    }
}
