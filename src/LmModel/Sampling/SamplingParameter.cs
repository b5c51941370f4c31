using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace LmModel.Sampling;

/// <summary>
/// Declares a property of <see cref="SamplingSettings"/> as a parameter that users can set. Everything else derives
/// from it, as <see cref="SamplingParameter"/> explains.
/// </summary>
/// <param name="sentence">What it does, as a sentence of the help and the documentation.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SamplingParameterAttribute(string sentence) : Attribute
{
    public string Sentence => sentence;

    /// <summary>Smallest value.</summary>
    public double Least { get; init; }

    /// <summary>Largest value.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Every value is above <see cref="Least"/>.</summary>
    public bool Above { get; init; }

    /// <summary>The values, in ascending order, where they are a few whole numbers.</summary>
    public int[] Choices { get; init; } = [];

    /// <summary>Why other numbers, which might be expected, are not among the choices.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Names that other services give it, for suggestions.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>A value for the documentation; NaN for none.</summary>
    public double Example { get; init; } = double.NaN;
}

/// <summary>
/// A number that says how tokens are drawn, as a property of <see cref="SamplingSettings"/> declares it. Its member of
/// <c>POST /generate</c>, its option of <c>lm generate</c>, both validations, and the table in docs/sampling.md derive
/// from it, so that name, range and default are the same everywhere.
/// </summary>
internal sealed class SamplingParameter
{
    private readonly SamplingParameterAttribute _declared;
    private readonly PropertyInfo _property;

    private SamplingParameter(PropertyInfo property, SamplingParameterAttribute declared)
    {
        (_property, _declared) = (property, declared);
        Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        Option = $"--{JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name)}";
        Default = Of(new SamplingSettings());
    }

    /// <summary>All parameters, in the order of their declaration.</summary>
    public static IReadOnlyList<SamplingParameter> All { get; } =
    [
        .. from property in typeof(SamplingSettings).GetProperties()
           let declared = property.GetCustomAttribute<SamplingParameterAttribute>()
           where declared is not null
           select new SamplingParameter(property, declared),
    ];

    /// <summary>Its name in JSON, such as <c>top_k</c>.</summary>
    public string Name { get; }

    /// <summary>Its option on the command line, such as <c>--top-k</c>.</summary>
    public string Option { get; }

    /// <inheritdoc cref="SamplingParameterAttribute.Sentence"/>
    public string Sentence => _declared.Sentence;

    public bool IsInteger => _property.PropertyType == typeof(int);

    /// <summary>The value where none is given; of the property's type.</summary>
    public object Default { get; }

    /// <inheritdoc cref="SamplingParameterAttribute.Least"/>
    public double Least => _declared.Least;

    /// <inheritdoc cref="SamplingParameterAttribute.Most"/>
    public double Most => IsInteger ? Math.Min(_declared.Most, int.MaxValue) : _declared.Most;

    /// <inheritdoc cref="SamplingParameterAttribute.Above"/>
    public bool Above => _declared.Above;

    /// <inheritdoc cref="SamplingParameterAttribute.Choices"/>
    public IReadOnlyList<int> Choices => _declared.Choices;

    /// <inheritdoc cref="SamplingParameterAttribute.Reason"/>
    public string Reason => _declared.Reason;

    /// <inheritdoc cref="SamplingParameterAttribute.Aliases"/>
    public IReadOnlyList<string> Aliases => _declared.Aliases;

    /// <summary>A value for the documentation; null for none.</summary>
    public double? Example => double.IsNaN(_declared.Example) ? null : _declared.Example;

    /// <summary>The values in words, such as <c>from 0 to 2</c>.</summary>
    public string Range => Choices.Count > 0 ? string.Join(" or ", Choices)
        : IsInteger && Most == int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"at least {Least}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(Above ? "above" : "from")} {Least} {(Above ? "and at most" : "to")} {Most}");

    /// <summary>The value in some settings; of the property's type.</summary>
    public object Of(SamplingSettings settings) => _property.GetValue(settings)!;

    /// <summary>
    /// What is wrong with a value, as a phrase that continues the name of the parameter; null if the value is valid.
    /// </summary>
    public string? Problem(object value)
    {
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        var fits = Choices.Count > 0
            ? Choices.Any(choice => choice == number)
            : (Above ? number > Least : number >= Least) && number <= Most;
        var reason = Reason.Length > 0 ? $"; {Reason}" : "";
        return fits
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be {Range}, not {value}{reason}");
    }

    /// <summary>The settings with some values changed.</summary>
    /// <param name="settings">They are not changed.</param>
    /// <param name="values">Each of the parameter's own type.</param>
    public static SamplingSettings With(
        SamplingSettings settings, IEnumerable<(SamplingParameter Parameter, object Value)> values)
    {
        var changed = settings with { };
        foreach (var (parameter, value) in values)
        {
            parameter._property.SetValue(changed, value);
        }

        return changed;
    }
}
