using System.Text;
using LmCli.Terminal;
using LmModel.Inference;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;
using LmModel.Training;

namespace LmCli.Train;

/// <summary>
/// A few lines of what a network writes by now: the same random numbers each time, so that samples compare.
/// </summary>
internal static class TrainSample
{
    private const int Characters = 200;
    private const float Temperature = 0.8f;
    private const long Seed = 1;

    /// <summary>Draws with the decoder that will serve the model, in fp32.</summary>
    public static string Draw(Trainer trainer, CancellationToken cancellation) =>
        Draw(trainer.ReadWeights(), trainer.Tokenizer, cancellation);

    /// <returns>
    /// About <see cref="Characters"/> characters, begun from the zero state; fewer where it was cancelled.
    /// </returns>
    public static string Draw(NetworkWeights weights, Tokenizer tokenizer, CancellationToken cancellation)
    {
        using var model = StepModels.Create(weights, InferenceEngine.Managed, Precision.Fp32, threads: 1);
        var sampler = new Sampler(new SamplingSettings { Temperature = Temperature }, model.VocabularySize, Seed);
        var decoder = new TokenTextDecoder(tokenizer);
        RecurrentState[] state = [RecurrentState.Zero(model.StateSize)];
        var logits = new float[model.VocabularySize];                         // (V)
        var (token, text) = (weights.Config.StartToken, new StringBuilder());
        // A token can be half a character, so their number is bounded too.
        for (
            var position = 0;
            text.Length < Characters && position < 4 * Characters && !cancellation.IsCancellationRequested;
            position++)
        {
            model.Step([token], state, logits);
            token = sampler.Draw(logits, position);
            text.Append(decoder.Append(token));
        }

        return text.ToString();
    }

    /// <summary>
    /// The sample as its reader sees it: set apart from the numbers, its lines ended as the terminal ends them, and
    /// without what a terminal would obey.
    /// </summary>
    public static IEnumerable<string> Lines(string sample) =>
        sample.ReplaceLineEndings("\n").Trim('\n').Split('\n').Select(line => $"  | {Printable.Text(line)}");
}
