using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Infrastructure.Fields;

/// <summary>Reads the members of one body according to their table; errors are added to <see cref="Errors"/>.</summary>
internal sealed class FieldReader
{
    private readonly IReadOnlyList<Field> _fields;
    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _members = [];

    public FieldReader(JsonElement body, FieldTable table)
    {
        (_fields, _path, Errors) = (table.All, "", new FieldErrors());
        if (body.ValueKind != JsonValueKind.Object)
        {
            Errors.Add(
                "",
                FieldErrorCodes.WrongType,
                "The body must be a JSON object.",
                body,
                new() { Type = "object" }
            );
            Errors.ThrowIfAny();
        }

        Sort(body);
    }

    /// <summary>Reads an object inside of a body.</summary>
    /// <param name="value">An object.</param>
    /// <param name="fields">Its members.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Those of the body.</param>
    public FieldReader(JsonElement value, IReadOnlyList<Field> fields, string path, FieldErrors errors)
    {
        (_fields, _path, Errors) = (fields, path, errors);
        Sort(value);
    }

    public FieldErrors Errors { get; }

    /// <summary>The given value, or the default if it is absent or null.</summary>
    public T Read<T>(Field<T> field) => TryRead(field, out var value) ? value : field.Default!;

    /// <summary>False if the member is absent, null or not valid.</summary>
    public bool TryRead<T>(Field<T> field, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (_members.TryGetValue(field.Name, out var given) && given.ValueKind != JsonValueKind.Null)
        {
            return field.TryRead(given, PathOf(field.Name), Errors, out value);
        }

        if (field.Required)
        {
            var path = PathOf(field.Name);
            Errors.Add(path, FieldErrorCodes.Missing, $"`{path}` is missing; it must be {field.TypeInWords}.");
        }

        return false;
    }

    /// <summary>Adds an error for each <see cref="UnsupportedField"/> that asks for something.</summary>
    public void RefuseUnsupported()
    {
        foreach (var field in _fields.OfType<UnsupportedField>())
        {
            TryRead(field, out _);
        }
    }

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private void Sort(JsonElement value)
    {
        foreach (var member in value.EnumerateObject())
        {
            Sort(member);
        }
    }

    private void Sort(JsonProperty member)
    {
        if (!JsonText.TryGetName(member, out var name))
        {
            Errors.Add(_path, FieldErrorCodes.InvalidText, "The name of a member has an unpaired surrogate.");
        }
        else if (!_fields.Any(field => field.Name == name))
        {
            AddUnknown(name, member.Value);
        }
        else if (!_members.TryAdd(name, member.Value))
        {
            var path = PathOf(name);
            Errors.Add(path, FieldErrorCodes.DuplicateField, $"`{path}` appears more than once.", member.Value);
        }
    }

    private void AddUnknown(string name, JsonElement value)
    {
        var meant = _fields.FirstOrDefault(field => field.Aliases.Contains(name))?.Name
            ?? Suggestion.For(name, _fields.Select(field => field.Name));
        var shown = PathOf(Excerpt.Of(name)!);
        Errors.Add(new()
        {
            Field = shown,
            Code = FieldErrorCodes.UnknownField,
            Message = meant is null
                    ? $"There is no `{shown}`."
                    : $"There is no `{shown}`; did you mean `{PathOf(meant)}`?",
            Given = Excerpt.Of(value),
            Suggestion = meant,
        });
    }
}
