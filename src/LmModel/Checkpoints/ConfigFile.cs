using System.Text.Json;
using LmModel.Files;
using LmModel.Networks;

namespace LmModel.Checkpoints;

/// <summary>
/// Reads and writes <c>config.json</c>: a <c>format_version</c> and the members of <see cref="ModelConfig"/>.
/// </summary>
internal static class ConfigFile
{
    /// <summary>The only version so far; a later version may give the same members a different meaning.</summary>
    public const int FormatVersion = 1;

    /// <summary>The configuration, or null if a problem was added to <paramref name="problems"/>.</summary>
    public static ModelConfig? Read(ReadOnlySpan<byte> json, ProblemList problems)
    {
        var before = problems.Count;
        if (JsonMembers.Parse(json, "a configuration", problems) is not { } members)
        {
            return null;
        }

        JsonMembers.ReadVersion(members, FormatVersion, problems);
        JsonMembers.Check<ModelConfig>(members, problems);
        if (problems.Count > before)
        {
            return null;
        }

        var config = members.Deserialize<ModelConfig>(JsonMembers.Options)!;
        foreach (var problem in config.Problems())
        {
            problems.Add(problem);
        }

        return problems.Count > before ? null : config;
    }

    public static void Write(Stream stream, ModelConfig config) => JsonMembers.Write(stream, FormatVersion, config);
}
