using LmModel.Networks;

namespace LmModel.Explanation;

/// <summary>
/// Computes the gradient methods of one model, one request at a time: they take all processors and memory for every
/// step of the prompt.
/// </summary>
/// <param name="read">Reads the weights in fp32, at the first request.</param>
internal sealed class GradientExplainer(Func<NetworkWeights> read) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lazy<NetworkWeights> _weights = new(read);

    public static bool Computes(ExplanationMethod method) =>
        method is ExplanationMethod.GradientInput or ExplanationMethod.IntegratedGradients;

    /// <exception cref="OperationCanceledException">Cancelled while it waited.</exception>
    public async Task<TokenAttribution> ExplainAsync(
        ExplanationMethod method, ExplanationRequest request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var target = await Task.Run(
                () => Explain(method, request.Prompt, request.Target, cancellation), cancellation);
            if (request.Against is null)
            {
                return Attribution(method, target);
            }

            var against = await Task.Run(
                () => Explain(method, request.Prompt, request.Against, cancellation), cancellation);
            double? error = target.CompletenessError is null
                ? null
                : Math.Max(target.CompletenessError.Value, against.CompletenessError!.Value);
            return Attribution(method, new([.. target.Values.Zip(against.Values, (t, a) => t - a)], error));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static TokenAttribution Attribution(ExplanationMethod method, GradientAttribution gradient) =>
        new(method, gradient.Values) { CompletenessError = gradient.CompletenessError };

    private GradientAttribution Explain(
        ExplanationMethod method, int[] prompt, int[] target, CancellationToken cancellation) =>
        method is ExplanationMethod.GradientInput
            ? GradientMethods.GradientTimesInput(_weights.Value, prompt, target, cancellation)
            : GradientMethods.IntegratedGradients(_weights.Value, prompt, target, cancellation);
}
