namespace LmApi.Units;

/// <summary>The activations of units along a text.</summary>
internal sealed record StatesResponse
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The tokens of the text.</summary>
    public required IReadOnlyList<StatesTokenResponse> Tokens { get; init; }

    /// <summary>One for each unit, in the order of the request.</summary>
    public required IReadOnlyList<UnitStatesResponse> Units { get; init; }
}

/// <summary>A token of the text.</summary>
internal sealed record StatesTokenResponse
{
    /// <summary>Token id.</summary>
    public required int Id { get; init; }

    /// <summary>The text that became complete with it.</summary>
    public required string Text { get; init; }
}

/// <summary>A unit along the text.</summary>
internal sealed record UnitStatesResponse
{
    /// <summary>The recurrent layer, from 0.</summary>
    public required int Layer { get; init; }

    /// <summary>The unit of the layer, from 0.</summary>
    public required int Unit { get; init; }

    /// <summary>The feature that the unit was asked for by; absent if it was asked for by its place.</summary>
    public string? Feature { get; init; }

    /// <summary>
    /// Its activation h after each token, from -1 to 1, or at least 0 in a ReLU RNN; `null` if it is not finite.
    /// </summary>
    public required IReadOnlyList<float?> Values { get; init; }
}
