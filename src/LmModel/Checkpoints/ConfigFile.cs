using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LmModel.Networks;

namespace LmModel.Checkpoints;

/// <summary>Reads and writes <c>config.json</c>: a <c>format_version</c> and the members of <see cref="ModelConfig"/>.</summary>
internal static class ConfigFile
{
    /// <summary>The only version there is; a later one may mean something else by the same members.</summary>
    public const int FormatVersion = 1;

    private const string VersionMember = "format_version";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Default)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        NewLine = "\n",
        // The enum's own converter takes 2 for a cell too.
        Converters = { new JsonStringEnumConverter<Cell>(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>The configuration, or null where <paramref name="problems"/> received something.</summary>
    public static ModelConfig? Read(ReadOnlySpan<byte> json, ProblemList problems)
    {
        JsonObject members;
        try
        {
            members = JsonNode.Parse(json, documentOptions: new() { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new JsonException("expected an object");
        }
        catch (JsonException e)
        {
            problems.Add($"is not the JSON of a configuration: {e.Message}");
            return null;
        }

        var before = problems.Count;
        CheckVersion(members, problems);
        members.Remove(VersionMember);
        CheckMembers(members, problems);
        if (problems.Count > before)
        {
            return null;
        }

        var config = members.Deserialize<ModelConfig>(Options)!;
        foreach (var problem in config.Problems())
        {
            problems.Add(problem);
        }

        return problems.Count > before ? null : config;
    }

    public static void Write(Stream stream, ModelConfig config)
    {
        var members = new JsonObject { [VersionMember] = FormatVersion };
        foreach (var (name, value) in JsonSerializer.SerializeToNode(config, Options)!.AsObject().ToList())
        {
            members[name] = value?.DeepClone();
        }

        JsonSerializer.Serialize(stream, members, Options);
        stream.WriteByte((byte)'\n');
    }

    private static void CheckVersion(JsonObject members, ProblemList problems)
    {
        if (!members.TryGetPropertyValue(VersionMember, out var version))
        {
            problems.Add($"{VersionMember} is missing; expected {FormatVersion}");
        }
        else if (version is not JsonValue value || !value.TryGetValue(out int number) || number != FormatVersion)
        {
            problems.Add($"{VersionMember} must be {FormatVersion}, not {Show(version)}");
        }
    }

    /// <summary>One by one, because the serializer stops at the first member it dislikes.</summary>
    private static void CheckMembers(JsonObject members, ProblemList problems)
    {
        // Computed properties are listed too, but have no setter.
        var known = Options.GetTypeInfo(typeof(ModelConfig)).Properties.Where(p => p.Set is not null)
            .ToDictionary(p => p.Name);
        foreach (var (name, value) in members)
        {
            if (!known.TryGetValue(name, out var property))
            {
                problems.Add($"{ProblemList.Show(name)} is not a member; those are {string.Join(", ", known.Keys)}");
                continue;
            }

            try
            {
                JsonSerializer.Deserialize(value, property.PropertyType, Options);
            }
            catch (JsonException)
            {
                problems.Add($"{name} must be {Expected(property.PropertyType)}, not {Show(value)}");
            }
        }

        foreach (var property in known.Values.Where(p => p.IsRequired && !members.ContainsKey(p.Name)))
        {
            problems.Add($"{property.Name} is missing; expected {Expected(property.PropertyType)}");
        }
    }

    private static string Expected(Type type) =>
        type == typeof(Cell) ? "rnn_tanh, rnn_relu, gru or lstm"
        : type == typeof(int) ? "an integer"
        : type == typeof(double) ? "a number"
        : type == typeof(bool) ? "true or false"
        : type.Name;

    private static string Show(JsonNode? value) => value is null ? "null" : ProblemList.Show(value.ToJsonString());
}
