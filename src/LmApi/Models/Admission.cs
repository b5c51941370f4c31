using LmApi.Access;
using LmApi.Observability;
using LmModel.Generation;
using Microsoft.Extensions.Options;

namespace LmApi.Models;

/// <summary>
/// Starts every generation for whoever sent the current request: charges its tokens, keeps its prompts apart from those
/// of others, measures it. It is the one way to the engine, so that no endpoint can forget any of that.
/// </summary>
internal sealed class Admission(
    IHttpContextAccessor requests, KeyRing keys, IOptions<EngineOptions> options, GenerationTelemetry telemetry)
{
    // Not when it is made, because options are validated after that, all together.
    private bool IsPerKey => options.Value.PrefixCache switch
    {
        null => keys.IsOn,
        PrefixCacheScope.PerKey => true,
        _ => false,
    };

    public Action<int, int> Stepped => telemetry.Stepped;

    public void Observe(GenerationEngine engine) => telemetry.Observe(engine);

    /// <returns>Null if the engine is full.</returns>
    public AdmittedGeneration? TryStart(
        LoadedModel model, GenerationSettings settings, CancellationToken cancellation)
    {
        // None of them is set while the service warms up.
        if (requests.HttpContext is not { } http)
        {
            return model.Engine.TryStart(settings, cancellation);
        }

        var caller = http.Features.Get<Caller>();
        var cost = (long)settings.PromptTokens.Length + settings.MaxTokens;
        caller?.ChargeTokens(cost);
        var measured = telemetry.Begin(model.Name);
        AdmittedGeneration? admitted = null;
        try
        {
            return admitted = model.Engine.TryStart(
                settings,
                IsPerKey ? caller?.Identity : null,
                outcome =>
                {
                    caller?.GiveBackTokens(cost - CostOf(outcome));
                    telemetry.End(measured, outcome);
                },
                cancellation);
        }
        finally
        {
            if (admitted is null)
            {
                caller?.GiveBackTokens(cost);
            }
        }
    }

    /// <summary>Tokens that are in the prefix cache count too: a price must not depend on what others have sent.</summary>
    private static long CostOf(GenerationOutcome outcome) =>
        (long)outcome.CachedTokens + outcome.ReadTokens + outcome.CompletionTokens;
}
