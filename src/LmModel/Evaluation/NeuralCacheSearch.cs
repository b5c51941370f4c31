using LmModel.Generation;
using LmModel.Inference;
using LmModel.Tokenization;

namespace LmModel.Evaluation;

/// <summary>The loss of a text with a neural cache.</summary>
/// <param name="Settings">The settings of the cache.</param>
/// <param name="Loss">The loss with the cache.</param>
internal sealed record NeuralCacheLoss(NeuralCacheSettings Settings, EvaluationResult Loss);

/// <summary>Finds the best θ and λ for a model. Search on a validation text and report the loss on another
/// text.</summary>
internal static class NeuralCacheSearch
{
    private static readonly float[] ThetaGrid = [0, 0.05f, 0.1f, 0.15f, 0.2f, 0.3f, 0.45f, 0.65f, 1, 1.5f, 2.5f, 4];
    private static readonly float[] LambdaGrid =
    [
        0.01f,
        0.02f,
        0.03f,
        0.05f,
        0.07f,
        0.1f,
        0.13f,
        0.16f,
        0.2f,
        0.25f,
        0.3f,
        0.4f,
    ];

    /// <summary>The values of θ that are tried, ascending.</summary>
    public static IReadOnlyList<float> Thetas => ThetaGrid;

    /// <summary>The values of λ that are tried, ascending.</summary>
    public static IReadOnlyList<float> Lambdas => LambdaGrid;

    /// <summary>Scores a text with caches for every θ and λ; the model reads it only once.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="tokens">At least 2 ids.</param>
    /// <param name="size">Number of positions that the caches remember, from 1 to
    /// <see cref="NeuralCacheSettings.MaxSize"/>.</param>
    /// <param name="protocol">How to score them.</param>
    /// <param name="window">Number of predictions per cold window, at least 1.</param>
    /// <param name="cancellation">Stops the search between two batches.</param>
    /// <returns>The loss of the model alone and with each cache, ordered by θ and then λ.</returns>
    /// <exception cref="ArgumentException">The size is out of range, or there is nothing to predict.</exception>
    public static (EvaluationResult Alone, IReadOnlyList<NeuralCacheLoss> Cached) Run(
        IStepModel model,
        Tokenizer tokenizer,
        int[] tokens,
        int size,
        Protocol protocol,
        int window = Evaluator.DefaultWindow,
        CancellationToken cancellation = default)
    {
        var grid = new NeuralCacheGrid(ThetaGrid, LambdaGrid);
        var any = new NeuralCacheSettings(size, 0, 0);
        var alone = new Evaluator(() => new StepScorer(model, any, grid), tokenizer).Evaluate(
            tokens,
            protocol,
            window,
            cancellation);
        return (
            alone,
        [
            .. from i in Enumerable.Range(0, ThetaGrid.Length)
               from j in Enumerable.Range(0, LambdaGrid.Length)
                select new NeuralCacheLoss(
                    new(size, ThetaGrid[i], LambdaGrid[j]),
                    alone with
                    {
                        Nats = grid.Nats[i, j],
                        Pieces = [],
                    }
                ),
            ]
        );
    }
}
