using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LmModel.Networks;

/// <summary>
/// Embedding → recurrent layers → linear, as TorchSharp modules under PyTorch's <c>state_dict</c> names.
/// For training and evaluation; decoding steps through <c>Inference.IStepModel</c>.
/// </summary>
internal sealed class LanguageModel : Module
{
    [ComponentName(Name = "embedding")] private readonly Embedding _embedding;
    [ComponentName(Name = "rnn")] private readonly Module _rnn;
    [ComponentName(Name = "fc")] private readonly Linear? _fc;
    [ComponentName(Name = "fc_bias")] private readonly Parameter? _tiedBias;
    [ComponentName(Name = "dropout")] private readonly Dropout _dropout;

    /// <summary>
    /// A network with fresh weights drawn from libtorch's generator (seed it first to get the same ones).
    /// </summary>
    /// <exception cref="ArgumentException">The configuration is not valid; the message names every problem.</exception>
    public LanguageModel(ModelConfig config) : base(nameof(LanguageModel))
    {
        var problems = config.Problems().ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException(
                $"The model configuration is not valid: {string.Join("; ", problems)}.",
                nameof(config));
        }

        TorchRuntime.Initialize();
        Config = config;
        _embedding = Embedding(config.VocabularySize, config.EmbeddingSize);
        _rnn = RecurrentLayers(config);
        if (config.TieWeights)
        {
            // The matrix is used in place; if it were registered twice, the optimizer would update it twice.
            init.uniform_(_embedding.weight!, -0.1, 0.1);
            _tiedBias = Parameter(zeros(config.VocabularySize));
        }
        else
        {
            _fc = Linear(config.HiddenSize, config.VocabularySize);
        }

        _dropout = Dropout(config.Dropout);
        RegisterComponents();
        OpenForgetGates();
    }

    public ModelConfig Config { get; }

    /// <summary>
    /// Logits of the token after each of <paramref name="tokens"/>, and the state after the last of them.
    /// </summary>
    /// <param name="tokens">Token ids, int64, (B, T).</param>
    /// <param name="state">The state before the first token; null for the zero state.</param>
    /// <returns>Logits (B, T, V) and the new state.</returns>
    public (Tensor Logits, TensorState State) Forward(Tensor tokens, TensorState? state)
    {
        var x = _embedding.call(tokens);                                      // (B, T, E)
        var (y, next) = Recur(x, state);                                      // (B, T, H)
        y = _dropout.call(y);
        var logits = _fc is null
            ? functional.linear(y, _embedding.weight!, _tiedBias!)
            : _fc.call(y);                                                    // (B, T, V)
        return (logits, next);
    }

    /// <summary>The parameters by their names in <see cref="ModelConfig.ParameterShapes"/>, in that order.</summary>
    public IReadOnlyList<(string Name, Parameter Value)> NamedWeights()
    {
        var byName = named_parameters().ToDictionary(
            p => p.name == "fc_bias" ? ParameterNames.OutputBias : p.name, p => p.parameter);
        return [.. Config.ParameterShapes.Select(p => (p.Name, byName[p.Name]))];
    }

    /// <summary>A copy of every parameter.</summary>
    /// <exception cref="ArgumentException">A parameter is not finite.</exception>
    public NetworkWeights ReadWeights() =>
        NetworkWeights.Of(Config, NamedWeights().ToDictionary(p => p.Name, p => p.Value.ToFloats()));

    /// <summary>Overwrites every parameter.</summary>
    /// <param name="weights">Of a network of the same sizes.</param>
    /// <exception cref="ArgumentException">They belong to a network of other sizes.</exception>
    public void LoadWeights(NetworkWeights weights)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var ((name, parameter), given) in NamedWeights().Zip(weights.Named))
        {
            if (name != given.Name || !parameter.shape.SequenceEqual(given.Shape))
            {
                throw new ArgumentException(
                    $"{name} has the shape [{string.Join(", ", parameter.shape)}], but the weights have {given.Name} "
                    + $"with [{string.Join(", ", given.Shape)}].",
                    nameof(weights));
            }

            parameter.copy_(tensor(given.Values).view(parameter.shape));
        }
    }

    private static Module RecurrentLayers(ModelConfig config)
    {
        // Between layers only: libtorch warns of dropout in a network that has one layer.
        var dropout = config.Layers > 1 ? config.Dropout : 0;
        long e = config.EmbeddingSize, h = config.HiddenSize, l = config.Layers;
        return config.Cell switch
        {
            Cell.Lstm => LSTM(e, h, l, batchFirst: true, dropout: dropout),
            Cell.Gru => GRU(e, h, l, batchFirst: true, dropout: dropout),
            Cell.RnnRelu => RNN(e, h, l, NonLinearities.ReLU, batchFirst: true, dropout: dropout),
            Cell.RnnTanh => RNN(e, h, l, NonLinearities.Tanh, batchFirst: true, dropout: dropout),
            _ => throw Cells.Unknown(config.Cell),
        };
    }

    /// <summary>
    /// Opens the forget gates of a cell that has them (bias 1), so that memory is kept until training decides otherwise
    /// (Gers et al. 2000; Jozefowicz et al. 2015).
    /// </summary>
    private void OpenForgetGates()
    {
        if (Config.Cell.Traits().ForgetGate is not { } forgetGate)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (
            var (name, parameter) in NamedWeights()
                .Where(p => ParameterNames.IsInputBias(p.Name)))
        {
            parameter.narrow(0, forgetGate * Config.HiddenSize, Config.HiddenSize).fill_(1);
        }
    }

    private (Tensor Output, TensorState State) Recur(Tensor x, TensorState? state)
    {
        switch (_rnn)
        {
            case LSTM lstm:
                var (y, h, c) = lstm.call(x, state is null ? null : (state.H, state.C!));
                return (y, new TensorState(h, c));
            case GRU gru:
                var (yGru, hGru) = gru.call(x, state?.H);
                return (yGru, new TensorState(hGru, null));
            case RNN rnn:
                var (yRnn, hRnn) = rnn.call(x, state?.H);
                return (yRnn, new TensorState(hRnn, null));
            default:
                throw Cells.Unknown(Config.Cell);
        }
    }
}
