using LmModel.Networks;
using LmModel.Training.Regularization;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training.Backpropagation;

/// <summary>
/// Embedding → recurrent layers → output, forward and backward over a window, with regularization. The gradient is
/// computed by hand-written code; a test compares it with autograd.
/// </summary>
internal sealed unsafe class TrainedNetwork : IDisposable
{
    private readonly ModelConfig _config;
    private readonly TrainingSettings _settings;
    private readonly TrainingArithmetic _arithmetic;
    private readonly Dictionary<string, TrainedParameter> _parameters;
    private readonly RecurrentPass[] _layers;
    private readonly OutputPass _output;
    private readonly EmbeddingPass _embedding;
    private readonly Tensor _embedded, _embeddedGradient;                     // (T, B, E)

    /// <param name="config">The network.</param>
    /// <param name="settings">Dropout, batch size and arithmetic.</param>
    /// <param name="parameters">Its weights.</param>
    /// <param name="steps">Maximum number of steps in a window.</param>
    public TrainedNetwork(
        ModelConfig config, TrainingSettings settings, IReadOnlyList<TrainedParameter> parameters, int steps)
    {
        (_config, _settings) = (config, settings);
        _arithmetic = settings.Arithmetic ?? TrainingArithmetic.Fp32;
        _parameters = parameters.ToDictionary(p => p.Name);
        var columns = settings.BatchSize;
        _layers = [.. Enumerable.Range(0, config.Layers).Select(_ => new RecurrentPass(
            config.Cell, columns, steps, config.HiddenSize, config.Gates, _arithmetic))];
        _output = new OutputPass(
            _parameters[ParameterNames.OutputOf(config)],
            _parameters[ParameterNames.OutputBias],
            _arithmetic,
            get_num_threads());
        _embedding = TrainingKernels.Of(_arithmetic).Embedding;
        Tensor Buffer() => Memory.Owned(empty(steps, columns, config.EmbeddingSize, dtype: Memory.Type(_arithmetic)));
        (_embedded, _embeddedGradient) = (Buffer(), Buffer());
    }

    /// <summary>The state after the last window, (L, B, H).</summary>
    public TensorState State() => new(
        stack(_layers.Select(l => l.State)),
        _config.StateVectors > 1 ? stack(_layers.Select(l => l.CellState!)) : null);

    /// <summary>Computes the gradients of all parameters for one window.</summary>
    /// <param name="inputs">(T · B) ids; those of a step are adjacent.</param>
    /// <param name="targets">(T · B): the token that follows each input.</param>
    /// <param name="candidates">The tokens that represent the vocabulary; null for the whole vocabulary.</param>
    /// <param name="state">The state at the beginning of the window, (L, B, H).</param>
    /// <returns>Mean loss, nats per token. Dropout is drawn from libtorch's generator.</returns>
    public double Backward(int[] inputs, int[] targets, SampledSoftmax.Candidates? candidates, TensorState state)
    {
        using var scope = NewDisposeScope();
        var steps = inputs.Length / _settings.BatchSize;
        var factors = EmbeddingDropout.Factors(_config.VocabularySize, _settings.EmbeddingDropout);
        var mask = LockedDropout.Mask(_settings.BatchSize, _config.EmbeddingSize, _settings.InputDropout);
        var window = new EmbeddedWindow(
            inputs, _settings.BatchSize, _config.EmbeddingSize,
            factors is null ? 0 : (nint)Memory.Floats(factors), mask is null ? 0 : (nint)Memory.Floats(mask));
        var embedding = _parameters[ParameterNames.Embedding];
        _embedding.Forward(window, Memory.Floats(embedding.Value), Memory.Address(_embedded));

        var passes = new LayerRun[_config.Layers];
        var x = _embedded.narrow(0, 0, steps);                                // (T, B, E)
        for (var l = 0; l < _layers.Length; l++)
        {
            passes[l] = Run(l, x, state);
            x = passes[l].Output;                                             // (T, B, H)
        }

        var top = _layers[^1].Gradient(steps);
        var nats = _output.Backward(
            x.view(-1, _config.HiddenSize), targets, candidates, top.view(-1, _config.HiddenSize));
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            if (passes[l].Mask is { } dropped)
            {
                _layers[l].Gradient(steps).mul_(dropped);
            }

            var below = l > 0 ? _layers[l - 1].Gradient(steps) : _embeddedGradient.narrow(0, 0, steps);
            var gradients = Gradients(l);
            _layers[l].Backward(passes[l].Input, passes[l].Weights, gradients, below);
            if (passes[l].WeightMask is { } weightMask)
            {
                gradients.Hh.mul_(weightMask);
            }
        }

        if (!_config.TieWeights)
        {
            embedding.Gradient.zero_();
        }

        _embedding.Backward(window, Memory.Address(_embeddedGradient), Memory.Floats(embedding.Gradient));
        return nats;
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }

        _output.Dispose();
        _embedded.Dispose();
        _embeddedGradient.Dispose();
    }

    private LayerRun Run(int l, Tensor x, TensorState state)
    {
        var type = Memory.Type(_arithmetic);
        var hh = _parameters[ParameterNames.StateWeight(l)].Value;
        var weightMask = WeightDrop.Mask(hh, _settings.WeightDrop);
        var (biasIh, biasHh) = (
            _parameters[ParameterNames.InputBias(l)].Value, _parameters[ParameterNames.StateBias(l)].Value);
        var apart = _config.Cell.Traits().KeepsStateSumApart;
        var weights = new LayerWeights(
            _parameters[ParameterNames.InputWeight(l)].Value.to(type),
            (weightMask is null ? hh : hh * weightMask).to(type),
            apart ? biasIh : biasIh + biasHh, apart ? biasHh : null);
        _layers[l].Begin(state.H.select(0, l), state.C?.select(0, l));
        var y = _layers[l].Forward(x, weights);
        var mask = LockedDropout.Mask(_settings.BatchSize, _config.HiddenSize, _config.Dropout)?.to(type);
        return new LayerRun(x, weights, weightMask, mask, mask is null ? y : y * mask);
    }

    private LayerGradients Gradients(int l) => new(
        _parameters[ParameterNames.InputWeight(l)].Gradient, _parameters[ParameterNames.StateWeight(l)].Gradient,
        _parameters[ParameterNames.InputBias(l)].Gradient, _parameters[ParameterNames.StateBias(l)].Gradient);

    /// <summary>What the backward pass of a layer needs from its forward pass.</summary>
    private sealed record LayerRun(Tensor Input, LayerWeights Weights, Tensor? WeightMask, Tensor? Mask, Tensor Output);
}
