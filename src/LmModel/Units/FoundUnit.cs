namespace LmModel.Units;

/// <summary>A unit whose h follows something nameable in a text.</summary>
internal sealed record FoundUnit
{
    /// <summary>The name of what it follows, such as <c>quotes</c>.</summary>
    public required string Feature { get; init; }

    /// <summary>The tokens that are told apart from all others, such as "inside of double quotes".</summary>
    public required string Meaning { get; init; }

    /// <summary>The recurrent layer, from 0.</summary>
    public required int Layer { get; init; }

    /// <summary>The unit of the layer, from 0.</summary>
    public required int Unit { get; init; }

    /// <summary>1 if h is larger at these tokens, −1 if it is smaller.</summary>
    public required int Sign { get; init; }

    /// <summary>
    /// On the half of the text that did not choose the unit: the probability that h tells one of these tokens from one
    /// of the others in the right order; 0.5 is chance.
    /// </summary>
    public required double Auc { get; init; }

    /// <summary>The share of the tokens of that half that are told apart.</summary>
    public required double Share { get; init; }

    /// <summary>
    /// A bound of the probability of such a sum by chance, multiplied by the number of units and features tried.
    /// </summary>
    public required double PValue { get; init; }

    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, minimum) in new[] { ("layer", Layer, 0), ("unit", Unit, 0) })
        {
            if (value < minimum)
            {
                yield return $"{name} must be at least {minimum}, not {value}";
            }
        }

        foreach (var (name, value) in new[] { ("auc", Auc), ("share", Share), ("p_value", PValue) })
        {
            if (!(value >= 0 && value <= 1))
            {
                yield return FormattableString.Invariant($"{name} must be from 0 to 1, not {value}");
            }
        }

        if (Sign is not (1 or -1))
        {
            yield return $"sign must be 1 or -1, not {Sign}";
        }
    }
}
