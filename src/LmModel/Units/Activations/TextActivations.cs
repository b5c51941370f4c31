namespace LmModel.Units.Activations;

/// <summary>What units of a model did along a text.</summary>
/// <param name="Tokens">(n): the tokens of the text.</param>
/// <param name="Units">One for each unit, in the order in which they were asked for.</param>
public sealed record TextActivations(IReadOnlyList<ReadToken> Tokens, IReadOnlyList<UnitActivations> Units);

/// <summary>A token of a text.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">The text that became complete with it.</param>
public readonly record struct ReadToken(int Id, string Text);

/// <summary>The activations of a unit along a text.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Values">(n): h after each token; from −1 to 1, except in a ReLU RNN.</param>
public sealed record UnitActivations(UnitIndex Unit, IReadOnlyList<float> Values);
