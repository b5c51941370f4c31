using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using LmModel.Training.Settings;

namespace TrainingSpeed;

/// <summary>The same through the trainer, on a text made up of as many symbols as the vocabulary has.</summary>
internal static class TrainerLoop
{
    /// <returns>Median over the steps, validation not counted.</returns>
    public static double TokensPerSecond(Shape s, TrainingArithmetic arithmetic)
    {
        var folder = Directory.CreateTempSubdirectory("training-speed-").FullName;
        try
        {
            var length = s.Batch * s.Window * (s.Steps + 2) * 10 / 9;
            var random = new Random(1);
            var text = string.Create(length, random, (span, r) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = (char)(' ' + (i < s.Vocabulary ? i : r.Next(s.Vocabulary)));
                }
            });
            var corpus = Corpus.FromText("random", text);
            var tokenizer = CharacterTokenizer.FromCorpus(text);
            var config = new ModelConfig
            {
                Cell = Cell.Lstm,
                VocabularySize = s.Vocabulary,
                EmbeddingSize = s.Embedding,
                HiddenSize = s.Hidden,
                Layers = s.Layers,
            };
            var settings = new TrainingSettings
            {
                BatchSize = s.Batch,
                WindowLength = s.Window,
                Steps = s.Steps,
                ValidateEvery = s.Steps,
                WarmupSteps = 1,
                Arithmetic = arithmetic,
            };
            var card = new ModelCard { Name = "speed", Command = "benchmark" };
            var rates = new List<double>();
            using var trainer = Trainer.Start(corpus.Split(new HoldOut()), tokenizer, config, settings, folder, card);
            trainer.Run(p => rates.Add(p.TokensPerSecond), CancellationToken.None, reportEvery: 1);
            return Numbers.Median(rates);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
