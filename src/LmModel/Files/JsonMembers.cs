using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace LmModel.Files;

/// <summary>
/// The JSON of a model folder: a <c>format_version</c>, then members that are all known, each checked by itself.
/// </summary>
internal static class JsonMembers
{
    public const string VersionMember = "format_version";

    public static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Default)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        NewLine = "\n",
        // The converters of the enums themselves would also accept 2 for a cell.
        Converters =
        {
            new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false),
        },
    };

    /// <summary>The members, or null if this is not a JSON object; duplicates are refused too.</summary>
    /// <param name="json">The whole file.</param>
    /// <param name="what">What it should hold, for the complaint.</param>
    /// <param name="problems">Receives the complaint.</param>
    public static JsonObject? Parse(ReadOnlySpan<byte> json, string what, ProblemList problems)
    {
        if (ParseObject(json, what, problems) is not { } members)
        {
            return null;
        }

        if (!members.ContainsKey(VersionMember) && ForeignFile.Recognize(members.Select(m => m.Key)) is { } kind)
        {
            problems.Add($"is not the JSON of {what}: it looks like {kind}");
            return null;
        }

        return members;
    }

    /// <summary>Like <see cref="Parse"/>, for a file in which another program's members are expected.</summary>
    public static JsonObject? ParseObject(ReadOnlySpan<byte> json, string what, ProblemList problems)
    {
        try
        {
            JsonText.Check(json);
            return JsonNode.Parse(json, documentOptions: new() { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new JsonException("expected an object");
        }
        catch (JsonException e)
        {
            problems.Add($"is not the JSON of {what}: {e.Message}");
            return null;
        }
    }

    /// <summary>Takes the version out of the members.</summary>
    public static void ReadVersion(JsonObject members, int expected, ProblemList problems)
    {
        if (!members.TryGetPropertyValue(VersionMember, out var version))
        {
            problems.Add($"{VersionMember} is missing; expected {expected}");
        }
        else if (version is not JsonValue value || !value.TryGetValue(out int number) || number != expected)
        {
            problems.Add($"{VersionMember} must be {expected}, not {Show(version)}");
        }

        members.Remove(VersionMember);
    }

    /// <summary>One by one, because the serializer stops at the first invalid member.</summary>
    public static void Check<T>(JsonObject members, ProblemList problems)
    {
        // Computed properties are listed too, but have no setter.
        var known = Options.GetTypeInfo(typeof(T)).Properties.Where(p => p.Set is not null).ToDictionary(p => p.Name);
        foreach (var (name, value) in members)
        {
            if (!known.TryGetValue(name, out var property))
            {
                problems.Add($"{ProblemList.Show(name)} is not a member; the members are "
                    + $"{string.Join(", ", known.Keys)}");
            }
            else if (value is null || !Fits(value, property))
            {
                problems.Add($"{name} must be {Expected(property.PropertyType)}, not {Show(value)}");
            }
        }

        foreach (var property in known.Values.Where(p => p.IsRequired && !members.ContainsKey(p.Name)))
        {
            problems.Add($"{property.Name} is missing; expected {Expected(property.PropertyType)}");
        }
    }

    /// <summary>Reads what was measured on the weights of a folder.</summary>
    /// <param name="json">The whole file.</param>
    /// <param name="version">The version it must have.</param>
    /// <param name="what">What it should hold, for the complaint.</param>
    /// <param name="list">The member that is a list of <typeparamref name="TItem"/>.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The report, or null if <paramref name="problems"/> received something.</returns>
    public static TReport? ReadReport<TReport, TItem>(
        ReadOnlySpan<byte> json, int version, string what, string list, ProblemList problems)
        where TReport : class, IMeasuredReport =>
        ReadReport<TReport>(
            json, version, what, (members, found) => CheckItems<TItem>(members, list, found), problems);

    /// <summary>Reads what was measured on the weights of a folder.</summary>
    /// <param name="json">The whole file.</param>
    /// <param name="version">The version it must have.</param>
    /// <param name="what">What it should hold, for the complaint.</param>
    /// <param name="checkItems">Checks the items of its lists.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The report, or null if <paramref name="problems"/> received something.</returns>
    public static TReport? ReadReport<TReport>(
        ReadOnlySpan<byte> json,
        int version,
        string what,
        Action<JsonObject, ProblemList> checkItems,
        ProblemList problems)
        where TReport : class, IMeasuredReport
    {
        var before = problems.Count;
        if (Parse(json, what, problems) is not { } members)
        {
            return null;
        }

        ReadVersion(members, version, problems);
        checkItems(members, problems);
        Check<TReport>(members, problems);
        if (problems.Count > before)
        {
            return null;
        }

        var report = members.Deserialize<TReport>(Options)!;
        foreach (var problem in report.Problems())
        {
            problems.Add(problem);
        }

        return problems.Count > before ? null : report;
    }

    public static void Write<T>(Stream stream, int version, T value)
    {
        var members = new JsonObject { [VersionMember] = version };
        foreach (var (name, member) in JsonSerializer.SerializeToNode(value, Options)!.AsObject().ToList())
        {
            members[name] = member?.DeepClone();
        }

        JsonSerializer.Serialize(stream, members, Options);
        stream.WriteByte((byte)'\n');
    }

    public static string Show(JsonNode? value) => value is null ? "null" : ProblemList.Show(value.ToJsonString());

    /// <summary>
    /// Checks each item of a list member by member; a list with reported errors is not reported again as a whole.
    /// </summary>
    public static void CheckItems<T>(JsonObject members, string list, ProblemList problems)
    {
        if (members[list] is not JsonArray items)
        {
            return;
        }

        var before = problems.Count;
        for (var i = 0; i < items.Count; i++)
        {
            var found = new ProblemList();
            if (items[i] is JsonObject item)
            {
                Check<T>(item, found);
            }
            else
            {
                found.Add($"must be an object, not {Show(items[i])}");
            }

            problems.AddAll($"{list}[{i}]", found);
        }

        if (problems.Count > before)
        {
            members[list] = new JsonArray();
        }
    }

    private static bool Fits(JsonNode value, JsonPropertyInfo property)
    {
        try
        {
            JsonSerializer.Deserialize(value, property.PropertyType, Options);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(Type type) =>
        Nullable.GetUnderlyingType(type) is { } some ? Expected(some)
        : type.IsEnum ? NameLists.OneOf(type)
        : type == typeof(int) || type == typeof(long) ? "an integer"
        : type == typeof(double) ? "a number"
        : type == typeof(bool) ? "true or false"
        : type == typeof(string) ? "text"
        : type == typeof(DateTimeOffset) ? "a time such as 2030-01-31T00:00:00Z"
        : "a list";
}
