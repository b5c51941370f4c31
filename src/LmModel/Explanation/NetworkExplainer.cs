using LmModel.Networks;

namespace LmModel.Explanation;

/// <summary>
/// Computes the methods that look into one network, one request at a time: they take all processors, and memory for
/// every step of the prompt.
/// </summary>
/// <param name="read">Reads the weights in fp32, at the first request.</param>
internal sealed class NetworkExplainer(Func<NetworkWeights> read) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lazy<TraceNetwork> _network = new(() => new(read()));

    public static bool Computes(ExplanationMethod method) =>
        method is ExplanationMethod.GradientInput
            or ExplanationMethod.IntegratedGradients
            or ExplanationMethod.ContextualDecomposition;

    /// <exception cref="OperationCanceledException">Cancelled while it waited, or between two traces.</exception>
    public async Task<TokenAttribution> ExplainAsync(
        ExplanationMethod method, ExplanationRequest request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Explain(method, request, cancellation), cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        if (_network.IsValueCreated)
        {
            _network.Value.Dispose();
        }
    }

    private TokenAttribution Explain(
        ExplanationMethod method, ExplanationRequest request, CancellationToken cancellation)
    {
        var (network, prompt) = (_network.Value, request.Prompt);
        NetworkAttribution Of(int[] target) => method switch
        {
            ExplanationMethod.GradientInput => GradientMethods.GradientTimesInput(network, prompt, target),
            ExplanationMethod.IntegratedGradients =>
                GradientMethods.IntegratedGradients(network, prompt, target, cancellation),
            _ => new(ContextualDecomposition.Explain(network, prompt, target, cancellation), null),
        };
        var (values, error) = Of(request.Target);
        if (request.Against is { } other)
        {
            var against = Of(other);
            values = [.. values.Zip(against.Values, (target, compared) => target - compared)];
            error = error is null ? null : Math.Max(error.Value, against.CompletenessError!.Value);
        }

        return new(method, values) { CompletenessError = error };
    }
}
