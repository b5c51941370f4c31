using System.Diagnostics.CodeAnalysis;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmModel.Guard;

namespace LmApi.Generation;

/// <summary>The guard of a request.</summary>
/// <param name="most">The longest run that a request may name; null for any.</param>
internal sealed class GuardField(int? most) : ObjectField<GuardRequest>
{
    private readonly IntegerField _verbatim = new()
    {
        Name = "verbatim",
        Required = true,
        Minimum = VerbatimFilter.MinLeast,
        Maximum = most ?? VerbatimFilter.MaxRun,
        Aliases = ["n", "run", "tokens"],
        Description = "No text has a run of this many tokens of the training text. At least the `guard.verbatim` of "
            + "`GET /model`.",
        Example = 12,
    };

    public override IReadOnlyList<Field> Members => [_verbatim];

    /// <summary>What a request asks for, or the service without it; null if neither does.</summary>
    /// <param name="reader">Of the body; receives an error if the model cannot refuse such runs.</param>
    /// <param name="filter">The model's; null if it has none.</param>
    public VerbatimRule? ReadRule(FieldReader reader, VerbatimFilter? filter)
    {
        if ((reader.TryRead(this, out var asked) ? asked.Verbatim : most) is not { } run)
        {
            return null;
        }

        if (VerbatimRule.Problem(filter, run) is not { } problem)
        {
            return VerbatimRule.Of(filter, run);
        }

        if (filter is null)
        {
            reader.Errors.Add(Name, FieldErrorCodes.NotAvailable, $"`{Name}`: {problem}");
        }
        else
        {
            reader.Errors.Add(
                $"{Name}.{_verbatim.Name}",
                FieldErrorCodes.OutOfRange,
                $"`{Name}.{_verbatim.Name}`: {problem}",
                limit: new() { Minimum = filter.Least, Maximum = _verbatim.Maximum });
        }

        return null;
    }

    protected override bool TryRead(FieldReader reader, [MaybeNullWhen(false)] out GuardRequest result)
    {
        var valid = reader.TryRead(_verbatim, out var verbatim);
        result = valid ? new((int)verbatim!.Value) : null;
        return valid;
    }
}

/// <summary>What a request wants to be kept free of.</summary>
/// <param name="Verbatim">Tokens of the shortest run that is refused.</param>
internal sealed record GuardRequest(int Verbatim);
