using LmModel.Checkpoints;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Managed;
using LmModel.Inference.Torch;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Tests.Inference;

/// <summary>As many words as WikiText-2 has.</summary>
public sealed class LargeVocabularyTests
{
    private const int V = 33_278;

    private static readonly WordTokenizer Tokenizer =
        WordTokenizer.FromCorpus(string.Concat(Enumerable.Range(0, V - 2).Select(i => $" word{i}")), V);

    [Fact]
    public async Task A_model_with_a_large_vocabulary_opens_and_generates_with_every_filter()
    {
        using var folder = new TemporaryFolder();
        var (_, weights) = RandomNetwork.Of(Cell.Gru, layers: 1, hidden: 16, embedding: 16, vocabulary: V);
        ModelFolder.Save(folder["words"], Tokenizer, weights, "# words\n");
        var opened = ModelFolder.Open(folder["words"]);
        using var model = new ManagedStepModel(opened.ReadWeights(), Precision.Int8, threads: 2);
        using var decoding = new GenerationEngine(
            model,
            opened.Tokenizer,
            opened.Config.StartToken,
            new(),
            TimeProvider.System);
        var settings = new GenerationSettings
        {
            PromptTokens = opened.Tokenizer.Encode("word7 word33275 \n"),
            MaxTokens = 20,
            Seed = 3,
            Sampling = new SamplingSettings
            {
                Temperature = 1.5f,
                TopK = V - 1,
                TopP = 0.99f,
                MinP = 1e-6f,
                TypicalP = 0.95f,
                RepetitionPenalty = 1.1f,
                PresencePenalty = 0.1f,
                FrequencyPenalty = 0.1f,
            },
        };

        var events = await decoding.TryStart(settings, CancellationToken.None)!.Events.ToListAsync();

        var tokens = events.Where(e => e.Done is null).Select(e => e.Token.Id).ToArray();
        Assert.Equal(20, tokens.Length);
        Assert.Equal(opened.Tokenizer.Decode(tokens), events[^1].Done!.Text);
    }

    [Fact]
    public void The_managed_engine_matches_the_logits_of_libtorch()
    {
        var (_, weights) = RandomNetwork.Of(Cell.Lstm, layers: 2, hidden: 24, embedding: 24, vocabulary: V);
        using var managed = new ManagedStepModel(weights, Precision.Fp32, threads: 2);
        using var torch = new TorchStepModel(weights);

        StepModelAssert.Close(Logits(torch), Logits(managed), 1e-5f);

        static float[] Logits(IStepModel model)
        {
            var logits = new float[V];
            var state = RecurrentState.Zero(model.StateSize);
            foreach (var token in (int[])[0, V - 1, 4096])
                model.Step([token], [state], logits);
            return logits;
        }
    }
}
