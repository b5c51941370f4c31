using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Training.Planning;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training.Planning;

public sealed class TrainingChoicesTests
{
    [Fact]
    public void Given_choices_are_kept_and_the_rest_adapts()
    {
        var given = new TrainingChoices
        {
            Tokenizer = "bpe",
            Vocabulary = 300,
            Cell = Cell.RnnTanh,
            Layers = 1,
            HiddenSize = 1024,
            EmbeddingSize = 7,
            Dropout = 0.7,
            TieWeights = false,
            BatchSize = 8,
            WindowLength = 32,
            LearningRate = 0.5,
            WarmupSteps = 3,
            Schedule = Schedule.OneCycle,
            WeightDecay = 0.5,
            GradientClip = 0.25,
            StateResetProbability = 0.5,
            JitterWindows = true,
            InputDropout = 0.51,
            EmbeddingDropout = 0.52,
            WeightDrop = 0.53,
            RecurrentInitialization = RecurrentInitialization.Identity,
            AverageDecay = 0.5,
            SampledTokens = 100,
            Patience = 4,
            Cycles = 2,
            Arithmetic = TrainingArithmetic.Fp32,
            ValidationShare = 0.25,
            ValidateEvery = 7,
            Seed = 9,
        };
        var plan = Plan(1_000_000, given);

        Assert.Equal(given.Or(plan.Choices), plan.Choices);
        Assert.True(plan.Settings.Steps < Plan(1_000_000, given with { HiddenSize = 256 }).Settings.Steps);
    }

    [Fact]
    public void Open_choices_fall_back_to_those_of_another_set()
    {
        var all = Plan(1000, new TrainingChoices { Tokenizer = "bpe", Arithmetic = TrainingArithmetic.Bf16 }).Choices;
        Assert.All(typeof(TrainingChoices).GetProperties(), p => Assert.True(p.GetValue(all) is not null, p.Name));

        Assert.Equal(all, new TrainingChoices().Or(all));
        Assert.Equal(all with { Layers = 9 }, new TrainingChoices { Layers = 9 }.Or(all));
    }

    private static TrainingPlan Plan(long bytes, TrainingChoices given) =>
        TrainingPlan.Make(new CorpusFacts(bytes, bytes, 65), given, new TrainingTime(10, 1e11));
}
