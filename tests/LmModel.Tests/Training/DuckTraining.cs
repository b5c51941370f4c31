using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training;

/// <summary>A training of seconds on a text of a few lines.</summary>
internal static class DuckTraining
{
    public static readonly Corpus Text = Corpus.FromText(
        "ducks.txt",
        string.Concat(Enumerable.Range(0, 60).Select(i => $"Duck {i % 7} said to duck {i % 5}: quack, quack!\n")));

    public static readonly TrainingSettings DuckSettings = new()
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

    public static ModelCard Card => new() { Name = "ducks", Command = "lm train ducks.txt --steps 24" };

    public static Trainer Start(
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
        return Trainer.Start(
            Text.Split((settings ?? DuckSettings).HoldOut),
            tokenizer,
            config,
            settings ?? DuckSettings,
            folder,
            Card,
            time);
    }

    public static void Interrupt(Func<Trainer> start, int atStep)
    {
        using var trainer = start();
        using var stop = new CancellationTokenSource();
        var clock = new StopAt(atStep, stop);
        Assert.False(trainer.Run(clock.Report, stop.Token, reportEvery: 1));
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
