using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmModel.Files;

namespace LmModel.Sampling;

/// <summary>
/// Reads and writes <c>generation_config.json</c>, the file of Hugging Face transformers' <c>GenerationConfig</c>: the
/// members that mean something here, under their names there. It has no version.
/// </summary>
internal static class GenerationConfigFile
{
    /// <summary>The most that <c>max_new_tokens</c> may be; a service may be configured for less.</summary>
    public const int MostTokens = 1_000_000;

    /// <summary>As many as a request may have.</summary>
    public const int MostStops = 4;

    /// <summary>UTF-16 units of the longest stop sequence, as in a request.</summary>
    public const int LongestStop = 256;

    private const string MaxTokens = "max_new_tokens";
    private const string Stop = "stop";
    private const string Draws = "do_sample";

    /// <summary>Written by transformers into every file, and without a meaning for a text.</summary>
    private static readonly string[] Ignored = ["transformers_version", "_from_model_config"];

    /// <summary>What other programs call a member.</summary>
    private static readonly Dictionary<string, string> OtherNames = new()
    {
        ["stop_strings"] = Stop,
        ["stop_sequences"] = Stop,
        ["max_tokens"] = MaxTokens,
        ["max_length"] = MaxTokens,
    };

    private static readonly IReadOnlyDictionary<string, SamplingParameter> Parameters =
        SamplingParameter.All.ToDictionary(parameter => parameter.Name);

    /// <summary>The defaults, or null if <paramref name="problems"/> received something.</summary>
    public static GenerationDefaults? Read(ReadOnlySpan<byte> json, ProblemList problems)
    {
        var before = problems.Count;
        if (JsonMembers.ParseObject(json, "a generation configuration", problems) is not { } members)
        {
            return null;
        }

        var (defaults, draws) = (new GenerationDefaults(), true);
        var sampling = new List<(SamplingParameter, object)>();
        foreach (var (name, value) in members)
        {
            if (Parameters.TryGetValue(name, out var parameter))
            {
                if (ReadNumber(parameter, value, problems) is { } number)
                {
                    sampling.Add((parameter, number));
                }
            }
            else if (name == Draws)
            {
                draws = ReadDraws(value, problems) ?? true;
            }
            else if (name == MaxTokens)
            {
                defaults = defaults with { MaxTokens = ReadMaxTokens(value, problems) };
            }
            else if (name == Stop)
            {
                defaults = defaults with { Stop = ReadStops(value, problems) };
            }
            else if (!Ignored.Contains(name))
            {
                problems.Add(Unknown(name));
            }
        }

        var settings = SamplingParameter.With(new(), sampling);
        if (!draws && members.ContainsKey("temperature") && settings.Temperature != 0)
        {
            problems.Add($"{Draws} is false, which means a temperature of 0, but temperature is not 0");
        }

        return problems.Count > before
            ? null
            : defaults with { Sampling = draws ? settings : settings with { Temperature = 0 } };
    }

    /// <summary>
    /// Writes the temperature and what differs from the defaults of <see cref="SamplingSettings"/>, so that
    /// transformers, which has defaults of its own, draws in the same way.
    /// </summary>
    public static void Write(Stream stream, GenerationDefaults defaults)
    {
        var sampling = defaults.Sampling;
        var members = new JsonObject { [Draws] = sampling.Temperature > 0 };
        foreach (var parameter in SamplingParameter.All)
        {
            var value = parameter.Of(sampling);
            // top_k is 50 in transformers if the file does not say otherwise.
            if (parameter.Name is "temperature" or "top_k" || !value.Equals(parameter.Default))
            {
                members[parameter.Name] = value is int whole ? JsonValue.Create(whole) : JsonValue.Create((float)value);
            }
        }

        if (defaults.MaxTokens is { } most)
        {
            members[MaxTokens] = most;
        }

        if (defaults.Stop.Count > 0)
        {
            members[Stop] = new JsonArray([.. defaults.Stop.Select(text => JsonValue.Create(text))]);
        }

        JsonSerializer.Serialize(stream, members, JsonMembers.Options);
        stream.WriteByte((byte)'\n');
    }

    private static string Unknown(string name)
    {
        var meant = OtherNames.GetValueOrDefault(name)
            ?? SamplingParameter.All.FirstOrDefault(parameter => parameter.Aliases.Contains(name))?.Name;
        return meant is null
            ? $"{ProblemList.Show(name)} is not a member; the members are {Draws}, "
                + $"{string.Join(", ", Parameters.Keys)}, {MaxTokens}, {Stop}"
            : $"{name} is not a member; here it is {meant}";
    }

    private static object? ReadNumber(SamplingParameter parameter, JsonNode? value, ProblemList problems)
    {
        object? number = null;
        if (value is JsonValue json)
        {
            number = parameter.IsInteger
                ? json.TryGetValue(out int whole) ? whole : null
                : json.TryGetValue(out float real) ? real : null;
        }

        var problem = number is null
            ? $"must be {(parameter.IsInteger ? "an integer" : "a number")}, {parameter.Range}, "
                + $"not {JsonMembers.Show(value)}"
            : parameter.Problem(number);
        if (problem is not null)
        {
            problems.Add($"{parameter.Name} {problem}");
            return null;
        }

        return number;
    }

    private static bool? ReadDraws(JsonNode? value, ProblemList problems)
    {
        if (value is JsonValue json && json.TryGetValue(out bool draws))
        {
            return draws;
        }

        problems.Add($"{Draws} must be true or false, not {JsonMembers.Show(value)}");
        return null;
    }

    private static int? ReadMaxTokens(JsonNode? value, ProblemList problems)
    {
        if (value is JsonValue json && json.TryGetValue(out int most) && most is >= 1 and <= MostTokens)
        {
            return most;
        }

        problems.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{MaxTokens} must be an integer from 1 to {MostTokens}, not {JsonMembers.Show(value)}"));
        return null;
    }

    /// <summary>One text, or a list of them.</summary>
    private static List<string> ReadStops(JsonNode? value, ProblemList problems)
    {
        var items = value is JsonArray list ? [.. list] : new List<JsonNode?> { value };
        var stops = new List<string>();
        if (items.Count > MostStops)
        {
            problems.Add($"{Stop} may have {MostStops} texts, not {items.Count}");
            return stops;
        }

        foreach (var item in items)
        {
            if (item is JsonValue json && json.TryGetValue(out string? text)
                && text.Length is >= 1 and <= LongestStop)
            {
                stops.Add(text);
            }
            else
            {
                problems.Add(
                    $"{Stop} must be a text of 1 to {LongestStop} characters, or a list of them, "
                        + $"not {JsonMembers.Show(item)}");
            }
        }

        return stops;
    }
}
