namespace LmModel.Numerics;

/// <summary>16 sums of 32 bits. Integer sums are exact, so their order does not matter.</summary>
/// <typeparam name="T">Itself.</typeparam>
/// <typeparam name="TFloat">The floats of the same width.</typeparam>
internal unsafe interface IIntegerLanes<T, TFloat>
    where T : struct, IIntegerLanes<T, TFloat>
    where TFloat : struct, IFloatLanes<TFloat>
{
    static abstract T Zero { get; }

    /// <summary>16 pairs of weights, widened to 16 bits.</summary>
    static abstract T LoadWeights(sbyte* source);

    /// <summary>One pair of activations, the same for all 16 lanes.</summary>
    static abstract T Broadcast(short* pair);

    static abstract T operator +(T left, T right);

    /// <summary>w₀ · x₀ + w₁ · x₁ in each lane.</summary>
    static abstract T Product(T weights, T pair);

    /// <summary>To the nearest float.</summary>
    TFloat ToFloat();
}
