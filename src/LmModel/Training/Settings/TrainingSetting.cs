using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using LmModel.Files;

namespace LmModel.Training.Settings;

/// <summary>
/// A setting of a training, declared by a property with a <see cref="SettingAttribute"/>. The command line, help,
/// validation, choices, recipe and the table in docs/training.md derive from it. Checkpoints store its value under its
/// name.
/// </summary>
internal sealed class TrainingSetting
{
    private static readonly JsonNamingPolicy Kebab = JsonNamingPolicy.KebabCaseLower;

    private readonly SettingAttribute _declared;
    private readonly PropertyInfo? _choice;
    private readonly PropertyInfo? _setting;
    private readonly IReadOnlyList<(string Name, object Value)> _named;

    private TrainingSetting(PropertyInfo property, SettingAttribute declared)
    {
        _declared = declared;
        Name = property.Name;
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        _choice = typeof(TrainingChoices).GetProperty(Name);
        _setting = typeof(TrainingSettings).GetProperty(Name);
        _named = Type.IsEnum
            ? [.. Enum.GetValues(Type).Cast<object>().Select(value => (NameOf(value), value))]
            : [.. declared.Names.Select(name => (name, (object)name))];
    }

    /// <summary>
    /// All settings in the order of their declaration: first those of tokenizer and network, then those of the
    /// training.
    /// </summary>
    public static IReadOnlyList<TrainingSetting> All { get; } =
    [
        .. Declared(typeof(TrainingChoices)), .. Declared(typeof(TrainingSettings)),
    ];

    /// <summary>The property's name.</summary>
    public string Name { get; }

    /// <summary>The name as it is written in a sentence, such as <c>batch size</c>.</summary>
    public string Words => Kebab.ConvertName(Name).Replace('-', ' ');

    /// <summary>The command-line option; null for none.</summary>
    public string? Option => _declared.Option;

    /// <summary>A description of the setting.</summary>
    public string Sentence => _declared.Sentence;

    /// <summary>The type of its values.</summary>
    public Type Type { get; }

    /// <summary>The names of its values; empty if they have none.</summary>
    public IReadOnlyList<string> Names => [.. _named.Select(n => n.Name)];

    /// <summary>The default, in words.</summary>
    public string Default => _declared.Default ?? _setting?.GetValue(new TrainingSettings()) switch
    {
        null => "planned",
        false => "off",
        var value => Write(value),
    };

    /// <summary>
    /// Whether the plan for a time decides it, so that a command that trains the same model elsewhere must include it.
    /// </summary>
    public bool InRecipe => _declared.InRecipe;

    /// <summary>The allowed values, such as <c>1 to 64</c> or <c>fp32|bf16</c>; empty for a flag.</summary>
    public string Values => _named.Count > 0 ? string.Join('|', Names)
        : Type == typeof(bool) ? ""
        : double.IsFinite(_declared.Below) ? $"{Number(_declared.Least)} to below {Number(_declared.Below)}"
        : double.IsFinite(_declared.Most) ? $"{Number(_declared.Least)} to {Number(_declared.Most)}"
        : $"at least {Number(_declared.Least)}";

    /// <summary>The chosen value; null if none was chosen.</summary>
    public object? Of(TrainingChoices choices) => _choice?.GetValue(choices);

    /// <summary>The value in the settings; null for a setting of the tokenizer or the network.</summary>
    public object? Of(TrainingSettings settings) => _setting?.GetValue(settings);

    /// <summary>
    /// What is wrong with a value, as a phrase that follows the name of the setting; null if the value is valid.
    /// </summary>
    public string? Problem(object value)
    {
        if (Type == typeof(bool) || _named.Any(n => n.Value.Equals(value)))
        {
            return null;
        }

        if (_named.Count > 0)
        {
            return $"must be {NameLists.OneOf(Names)}, not {value}";
        }

        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (number >= _declared.Least && number <= _declared.Most && number < _declared.Below)
        {
            return null;
        }

        var range = double.IsFinite(_declared.Below)
            ? $"at least {Number(_declared.Least)} and below {Number(_declared.Below)}"
            : $"from {Number(_declared.Least)} to {Largest}";
        return $"must be {range}, not {Write(value)}";
    }

    /// <summary>Formats a value as it is written on the command line.</summary>
    public static string Write(object value) =>
        value is Enum ? NameOf(value) : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <summary>The value with a name; null if there is none.</summary>
    public object? ValueOf(string name) => _named.FirstOrDefault(n => n.Name == name).Value;

    internal void Set(TrainingChoices choices, object? value) => _choice?.SetValue(choices, value);

    internal void Set(TrainingSettings settings, object value) => _setting?.SetValue(settings, value);

    private string Largest => double.IsFinite(_declared.Most) ? Number(_declared.Most)
        : Write(Type == typeof(int) ? int.MaxValue : long.MaxValue);

    private static string Number(double value) =>
        value.ToString(value is > 0 and < 1e-3 ? "0.#e-0" : "0.######", CultureInfo.InvariantCulture);

    private static string NameOf(object value) =>
        value.GetType().GetField(value.ToString()!)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
        ?? Kebab.ConvertName(value.ToString()!);

    private static IEnumerable<TrainingSetting> Declared(Type type) =>
        from property in type.GetProperties()
        let declared = property.GetCustomAttribute<SettingAttribute>()
        where declared is not null
        select new TrainingSetting(property, declared);
}
