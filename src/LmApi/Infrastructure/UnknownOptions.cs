using System.Reflection;
using LmApi.Infrastructure.Json;

namespace LmApi.Infrastructure;

/// <summary>
/// Finds keys of the configuration that nothing reads: a misspelt option would otherwise be ignored silently.
/// </summary>
internal static partial class UnknownOptions
{
    /// <summary>The options of every section: the properties of the <c>…Options</c> that are bound to it.</summary>
    private static readonly ILookup<string, string> Known = (
        from type in typeof(UnknownOptions).Assembly.GetTypes()
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)
        where section is { IsLiteral: true }
        from property in type.GetProperties()
        where property.CanWrite
        select (Section: (string)section.GetRawConstantValue()!, property.Name))
        .ToLookup(option => option.Section, option => option.Name, StringComparer.OrdinalIgnoreCase);

    public static void Warn(WebApplication app)
    {
        foreach (var (key, meant) in In(app.Configuration))
        {
            if (meant is null)
            {
                LogUnknown(app.Logger, key);
            }
            else
            {
                LogMisspelt(app.Logger, key, meant);
            }
        }
    }

    /// <summary>
    /// The keys that seem to be meant for the service but are not options, with the nearest option.
    /// </summary>
    /// <remarks>
    /// <c>Generation:MaxToken</c> does, for the section is one of the service. So do <c>Generatoin:MaxTokens</c> and
    /// <c>Generation_MaxTokens</c>, but only where they are close to an option: the environment has names for other
    /// programs.
    /// </remarks>
    public static IEnumerable<(string Key, string? Meant)> In(IConfiguration configuration)
    {
        foreach (var (key, _) in configuration.AsEnumerable().Where(pair => pair.Value is not null))
        {
            var inSection = key.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
            var parts = key.Split(inSection ? [':'] : ['_', '.'], 2);
            var (section, name) = (parts[0], parts.ElementAtOrDefault(1)?.Split(':')[0] ?? "");
            var isOurs = inSection && Known.Contains(section);
            if (isOurs && Known[section].Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            var meant = Nearest(section, name);
            if (isOurs || meant is not null)
            {
                yield return (key, meant);
            }
        }
    }

    /// <summary>The option that was probably meant: one of the section, or one of the same name in another.</summary>
    private static string? Nearest(string section, string name)
    {
        var sections = Known.Select(options => options.Key);
        if (Suggestion.For(section, sections) is not { } near)
        {
            return null;
        }

        var (home, option) = Suggestion.For(name, Known[near]) is { } similar
            ? (near, similar)
            : (sections.FirstOrDefault(s => Known[s].Contains(name, StringComparer.OrdinalIgnoreCase)), name);
        return home is null ? null : ConfigurationPath.Combine(home, option);
    }

    [LoggerMessage(LogLevel.Warning, "The unknown option {Key} is ignored")]
    private static partial void LogUnknown(ILogger logger, string key);

    [LoggerMessage(LogLevel.Warning, "The unknown option {Key} is ignored; did you mean {Meant}?")]
    private static partial void LogMisspelt(ILogger logger, string key, string meant);
}
