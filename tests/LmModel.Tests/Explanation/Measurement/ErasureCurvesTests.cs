using LmModel.Checkpoints;
using LmModel.Explanation;
using LmModel.Explanation.Measurement;
using LmModel.Generation;
using LmModel.Inference.Engines;
using LmModel.Quantization;

namespace LmModel.Tests.Explanation.Measurement;

public sealed class ErasureCurvesTests
{
    [Fact]
    public void Tokens_are_ordered_by_contribution_and_ties_by_recency() =>
        Assert.Equal([1, 3, 2, 0], ErasureCurves.Order([-1.0, 5, 0, 0]));

    /// <summary>F of the last token −4, of the last two −1, of all three −2; of none −9.</summary>
    [Fact]
    public void An_increment_is_what_one_token_more_adds() =>
        Assert.Equal([-1.0, 3, 5], ErasureCurves.Increments([-4, -1, -2], -9));

    [Fact]
    public void An_area_is_the_mean_over_targets_and_erased_tokens()
    {
        var curve = new ErasureCurve("some", [[1.0, 3], [2, 4], [100, 100]]);

        Assert.Equal(2.5, curve.Area([0, 1]));
        Assert.Equal([103.0 / 3, 107.0 / 3], curve.Mean);
    }

    [Fact]
    public async Task Drops_are_differences_of_scores_and_erasure_begins_with_the_token_that_costs_most()
    {
        var path = Path.Combine(Repository.Root, "models", "tiny");
        var folder = ModelFolder.Open(path);
        using var decoder = StepModels.Create(folder.ReadWeights(), InferenceEngine.Managed, Precision.Fp32, 1);
        using var engine = new GenerationEngine(
            decoder, folder.Tokenizer, folder.Config.StartToken, new(), TimeProvider.System);
        using var network = new NetworkExplainer(folder.ReadWeights);
        var explainer = new Explainer(engine.TryStart, folder.Tokenizer, folder.Config.StartToken, network);
        var text = string.Concat(Enumerable.Repeat("To be, or not to be, that is the question:\n", 3));
        var tokens = folder.Tokenizer.Encode(text);

        var curves = await new ErasureCurves(explainer, 8).MeasureAsync(
            tokens, 3, [ExplanationMethod.Erasure, ExplanationMethod.Reach], null, CancellationToken.None);

        Assert.Equal(["erasure", "reach", "random", "recency"], curves.Select(curve => curve.Order));
        Assert.All(curves, curve => Assert.Equal(3, curve.Drops.Count));
        using var model = TextModel.Open(path, new() { Precision = Precision.Fp32 });
        var context = text[..ErasureCurves.ContextTokens];
        var next = text[ErasureCurves.ContextTokens].ToString();
        var all = await LogprobAsync(model, context, next);
        var one = await Task.WhenAll(Enumerable.Range(0, context.Length).Select(
            async i => all - await LogprobAsync(model, context.Remove(i, 1), next)));
        Assert.Equal(one.Max(), curves[0].Drops[0][0], 1e-9);
        Assert.Equal(all - await LogprobAsync(model, context[..^2], next), curves[3].Drops[0][1], 1e-9);
    }

    private static async Task<double> LogprobAsync(TextModel model, string given, string text) =>
        -(await model.ScoreAsync(text, given)).Nats;
}
