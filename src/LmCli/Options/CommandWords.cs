using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace LmCli.Options;

/// <summary>
/// Parses the words of a command line by the rules of POSIX (IEEE 1003.1, section 12.2).
/// </summary>
/// <remarks>
/// System.CommandLine by itself replaces <c>@name</c> by the words of a file, takes <c>-nice</c> for <c>-n ice</c>, and
/// lets no value of an option look like an option.
/// </remarks>
internal static partial class CommandWords
{
    private static readonly ParserConfiguration Configuration = new()
    {
        EnablePosixBundling = false,
        ResponseFileTokenReplacer = null,
    };

    /// <exception cref="ArgumentException">The words do not make a command; the message says what is wrong.</exception>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> words)
    {
        var result = root.Parse([.. Join(root, words)], Configuration);
        if (result.Errors.Count == 0)
        {
            return result;
        }

        var problems = result.Errors.Select(e => WhiteSpace.Replace(e.Message.Trim(), " "));
        var path = string.Join(' ', PathTo(result.CommandResult).Reverse().Prepend("lm"));
        throw new ArgumentException($"{string.Join(" ", problems)} {path} --help lists them all.");
    }

    private static IEnumerable<string> PathTo(SymbolResult? result)
    {
        for (; result is CommandResult { Command: not RootCommand and var command }; result = result.Parent)
        {
            yield return command.Name;
        }
    }

    /// <summary>Joins each option to its value, which is the next word, whatever that looks like.</summary>
    private static IEnumerable<string> Join(RootCommand root, IReadOnlyList<string> words)
    {
        // Such as key, then create.
        Command command = root;
        var depth = 0;
        while (depth < words.Count && command.Subcommands.FirstOrDefault(c => c.Name == words[depth]) is { } named)
        {
            (command, depth) = (named, depth + 1);
        }

        if (depth == 0)
        {
            return words;
        }

        var options = command.Options.Concat(root.Options.Where(o => o.Recursive)).ToList();
        Option? Named(string name) => options.Find(o => o.Name == name || o.Aliases.Contains(name));
        List<string> joined = [.. words.Take(depth)];
        for (var i = depth; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                joined.AddRange(words.Skip(i));
                break;
            }

            if (Named(word) is { Arity.MinimumNumberOfValues: > 0 } && i + 1 < words.Count && words[i + 1].Length > 0)
            {
                joined.Add($"{word}={words[++i]}");
                continue;
            }

            if (LooksLikeOption.IsMatch(word) && Named(word.Split('=', ':')[0]) is null)
            {
                throw new ArgumentException(
                    $"lm {string.Join(' ', words.Take(depth))} has no option '{word}'. Before a text or a file name that begins like "
                        + "this, write --."
                );
            }

            joined.Add(word);
        }

        return joined;
    }

    [GeneratedRegex(@"^--?\p{L}\S*$")]
    private static partial Regex LooksLikeOption { get; }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace { get; }
}
