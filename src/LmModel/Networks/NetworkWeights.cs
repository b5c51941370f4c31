namespace LmModel.Networks;

/// <summary>
/// The weights of a network of embedding, recurrent layers and linear output, valid by construction: all are present,
/// have the sizes of the configuration, and are finite. Matrices are stored row by row and must not be changed.
/// </summary>
/// <remarks>
/// A family of networks with other parameters and other states, such as linear-attention RNNs, gets a type of its own
/// beside this one; <c>ModelFolder</c> then chooses which to read, and <c>StepModels</c> which step model takes it.
/// </remarks>
internal sealed class NetworkWeights
{
    private NetworkWeights(ModelConfig config, IReadOnlyDictionary<string, float[]> byName)
    {
        Config = config;
        Embedding = byName[ParameterNames.Embedding];
        Layers =
        [
            .. Enumerable.Range(0, config.Layers).Select(layer => new RecurrentLayerWeights(
                byName[ParameterNames.InputWeight(layer)],
                byName[ParameterNames.StateWeight(layer)],
                byName[ParameterNames.InputBias(layer)],
                byName[ParameterNames.StateBias(layer)])),
        ];
        Output = byName[ParameterNames.OutputOf(config)];
        OutputBias = byName[ParameterNames.OutputBias];
    }

    /// <summary>The architecture that they belong to.</summary>
    public ModelConfig Config { get; }

    /// <summary>(V, E).</summary>
    public float[] Embedding { get; }

    /// <summary>(L).</summary>
    public IReadOnlyList<RecurrentLayerWeights> Layers { get; }

    /// <summary>(V, H): the embedding if the weights are tied.</summary>
    public float[] Output { get; }

    /// <summary>(V).</summary>
    public float[] OutputBias { get; }

    /// <summary>Every parameter by its name in PyTorch, in PyTorch's order; a tied matrix once.</summary>
    public IEnumerable<(string Name, long[] Shape, float[] Values)> Named =>
        Config.ParameterShapes.Zip(InOrder, (parameter, values) => (parameter.Name, parameter.Shape, values));

    private IEnumerable<float[]> InOrder =>
    [
        Embedding,
        .. Layers.SelectMany(IEnumerable<float[]> (l) => [l.InputWeight, l.StateWeight, l.InputBias, l.StateBias]),
        .. Config.TieWeights ? Array.Empty<float[]>() : [Output],
        OutputBias,
    ];

    /// <param name="config">Architecture.</param>
    /// <param name="values">By the names in <see cref="ParameterNames"/>, row by row; they are not copied.</param>
    /// <exception cref="ArgumentException">
    /// The configuration is invalid, or a parameter is missing, unexpected, of another size or not finite; the message
    /// lists everything.
    /// </exception>
    public static NetworkWeights Of(ModelConfig config, IReadOnlyDictionary<string, float[]> values)
    {
        var problems = config.Problems().ToList();
        if (problems.Count == 0)
        {
            var shapes = config.ParameterShapes;
            problems.AddRange(shapes.Select(p => ProblemOf(p.Name, p.Shape, values)).OfType<string>());
            problems.AddRange(values.Keys.Except(shapes.Select(p => p.Name))
                .Select(name => $"{name}: not a parameter of this configuration"));
        }

        return problems.Count == 0
            ? new(config, values)
            : throw new ArgumentException(
                $"These are not the weights of such a network:\n- {string.Join("\n- ", problems)}", nameof(values));
    }

    private static string? ProblemOf(string name, long[] shape, IReadOnlyDictionary<string, float[]> values)
    {
        var count = shape.Aggregate(1L, (n, d) => n * d);
        var given = values.GetValueOrDefault(name);
        return given?.LongLength == count
            ? WeightCheck.ProblemOf(name, shape, given)
            : $"{name}: expected [{string.Join(", ", shape)}], {count} numbers, "
                + $"given {(given is null ? "none" : $"{given.LongLength} numbers")}";
    }
}

/// <summary>The weights of one recurrent layer; G gates, I inputs (E in the first layer, then H).</summary>
/// <param name="InputWeight">W_ih, (G·H, I).</param>
/// <param name="StateWeight">W_hh, (G·H, H).</param>
/// <param name="InputBias">b_ih, (G·H).</param>
/// <param name="StateBias">b_hh, (G·H).</param>
internal sealed record RecurrentLayerWeights(
    float[] InputWeight, float[] StateWeight, float[] InputBias, float[] StateBias);
