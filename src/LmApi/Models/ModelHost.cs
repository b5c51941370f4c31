using LmApi.Infrastructure;
using LmApi.Infrastructure.Problems;
using LmModel.Checkpoints;
using LmModel.Completion;
using LmModel.Generation;
using LmModel.Guard;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Quantization;
using Microsoft.Extensions.Options;

namespace LmApi.Models;

/// <summary>
/// Runs a first request before clients send any; the model host calls it when the model is loaded.
/// </summary>
internal delegate Task Rehearse(ModelHost host, CancellationToken stopping);

/// <summary>
/// Loads the model before the server listens, so that a bad folder stops the process, and holds it until the end. Then
/// a few tokens are generated and a first request is rehearsed behind the server's back; from then on the service is
/// ready. Generations that are still running at the <see cref="Lifecycle.LastCall"/> are ended.
/// </summary>
internal sealed partial class ModelHost(
    IOptions<ModelOptions> model,
    IOptions<EngineOptions> engineOptions,
    IOptions<InferenceOptions> inference,
    IOptions<GuardOptions> guard,
    StepModelFactory createStepModel,
    Rehearse rehearse,
    TimeProvider time,
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    Lifecycle lifecycle,
    Admission admission,
    ILogger<ModelHost> logger) : IHostedService, IDisposable
{
    private const int WarmUpTokens = 8;

    private LoadedModel? _model;
    private TextCompleter? _completer;
    private readonly Lock _ending = new();
    private bool _disposed;

    public LoadedModel Model => _model ?? throw NotLoaded();

    /// <summary>Completes texts for the caller of the current request.</summary>
    public TextCompleter Completer => _completer ?? throw NotLoaded();

    /// <summary>Ends when the model is warm.</summary>
    public Task WarmUp { get; private set; } = Task.CompletedTask;

    /// <summary>Admits a generation for the caller of the current request; null if the queue is full.</summary>
    /// <exception cref="ProblemException">429: the caller has used its tokens.</exception>
    public AdmittedGeneration? TryStart(GenerationSettings settings, CancellationToken cancellation) =>
        admission.TryStart(Model, settings, cancellation);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var folder = ModelFolder.Open(
            ModelPath.Resolve(model.Value.Path, Environment.CurrentDirectory, environment.ContentRootPath));
        if (guard.Value.Verbatim is { } run && VerbatimRule.Problem(folder.Guard, run) is { } problem)
        {
            throw new ModelFolderException($"Guard:Verbatim is {run}, but {folder.Path} cannot serve that. {problem}");
        }

        var bounds = engineOptions.Value.ToEngine(inference.Value.BatchSize) with { Stepped = admission.Stepped };
        var stepModel = createStepModel(folder, inference.Value);
        var engine = new GenerationEngine(stepModel, folder.Tokenizer, folder.Config.StartToken, bounds, time);
        _model = new(new DirectoryInfo(folder.Path).Name, folder, stepModel, engine);
        _completer = new(TryStart, folder.Tokenizer);
        admission.Observe(engine);
        LogLoaded(
            _model.Name, folder.Config.ParameterCount, folder.Path, time.GetElapsedTime(started).TotalMilliseconds,
            inference.Value.Engine.Name(), inference.Value.PrecisionOf(folder).Name(), inference.Value.ThreadsInUse);
        // Not before the server listens, because a port that is in use would dispose the model during the warm-up.
        lifetime.ApplicationStarted.Register(() => WarmUp = WarmUpAsync(lifetime.ApplicationStopping));
        lifecycle.LastCall.Register(EndGenerations);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        EndGenerations();
        return WarmUp;
    }

    /// <summary>The container calls this twice: it is a hosted service and a singleton.</summary>
    public void Dispose()
    {
        if (!_disposed && _model is { } model)
        {
            _disposed = true;
            EndGenerations();
            model.StepModel.Dispose();
            model.Gradients.Dispose();
        }
    }

    private static InvalidOperationException NotLoaded() => new("The model is not loaded yet.");

    private void EndGenerations()
    {
        lock (_ending)
        {
            _model?.Engine.Dispose();
        }
    }

    private async Task WarmUpAsync(CancellationToken stopping)
    {
        try
        {
            var settings = new GenerationSettings { PromptTokens = [], MaxTokens = WarmUpTokens, Seed = 0 };
            await foreach (var _ in TryStart(settings, stopping)!.Events.WithCancellation(stopping))
            {
            }

            await rehearse(this, stopping);
            lifecycle.MarkReady();
            LogReady(Model.Name);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Stopped before it was warm.
        }
        catch (Exception exception)
        {
            LogBroken(Model.Name, exception.Message);
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(
        LogLevel.Information,
        "Loaded model {Model} with {Parameters} parameters from {Path} in {Milliseconds:0} ms; {Engine} engine, "
            + "{Precision}, {Threads} threads"
    )]
    private partial void LogLoaded(
        string model, long parameters, string path, double milliseconds,
        string engine, string precision, int threads);

    [LoggerMessage(LogLevel.Information, "Model {Model} is ready")]
    private partial void LogReady(string model);

    [LoggerMessage(LogLevel.Critical, "Model {Model} cannot generate, so the service stops: {Reason}")]
    private partial void LogBroken(string model, string reason);
}
