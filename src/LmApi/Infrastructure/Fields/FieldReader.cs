using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Infrastructure.Fields;

/// <summary>Reads the members of one body by their table; what is wrong goes to <see cref="Errors"/>.</summary>
internal sealed class FieldReader
{
    private readonly FieldTable _table;
    private readonly Dictionary<string, JsonElement> _members = [];

    public FieldReader(JsonElement body, FieldTable table)
    {
        _table = table;
        if (body.ValueKind != JsonValueKind.Object)
        {
            Errors.Add("", FieldErrorCodes.WrongType, "The body must be a JSON object.", body, new() { Type = "object" });
            Errors.ThrowIfAny();
        }

        foreach (var member in body.EnumerateObject())
        {
            Sort(member);
        }
    }

    public FieldErrors Errors { get; } = new();

    /// <summary>The value given, or the default where none or null is given.</summary>
    public T Read<T>(Field<T> field) => TryRead(field, out var value) ? value : field.Default!;

    /// <summary>False where the member is absent, null or not valid.</summary>
    public bool TryRead<T>(Field<T> field, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (_members.TryGetValue(field.Name, out var given) && given.ValueKind != JsonValueKind.Null)
        {
            return field.TryRead(given, field.Name, Errors, out value);
        }

        if (field.Required)
        {
            Errors.Add(field.Name, FieldErrorCodes.Missing, $"`{field.Name}` is missing; it must be {field.TypeInWords}.");
        }

        return false;
    }

    private void Sort(JsonProperty member)
    {
        if (!JsonText.TryGetName(member, out var name))
        {
            Errors.Add("", FieldErrorCodes.InvalidText, "The name of a member has half a surrogate pair.");
        }
        else if (!_table.All.Any(field => field.Name == name))
        {
            AddUnknown(name, member.Value);
        }
        else if (!_members.TryAdd(name, member.Value))
        {
            Errors.Add(name, FieldErrorCodes.DuplicateField, $"`{name}` is given more than once.", member.Value);
        }
    }

    private void AddUnknown(string name, JsonElement value)
    {
        var meant = _table.All.FirstOrDefault(field => field.Aliases.Contains(name))?.Name
            ?? Suggestion.For(name, _table.All.Select(field => field.Name));
        var shown = Excerpt.Of(name)!;
        Errors.Add(new()
        {
            Field = shown,
            Code = FieldErrorCodes.UnknownField,
            Message = meant is null ? $"There is no `{shown}`." : $"There is no `{shown}`; did you mean `{meant}`?",
            Given = Excerpt.Of(value),
            Suggestion = meant,
        });
    }
}
