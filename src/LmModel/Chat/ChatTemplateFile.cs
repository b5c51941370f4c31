using System.Text;
using System.Text.Unicode;
using LmModel.Files;

namespace LmModel.Chat;

/// <summary>
/// Reads <c>chat_template.txt</c>: sections under a line <c>[system]</c>, <c>[user]</c> and so on, in which
/// <c>{{content}}</c> stands for a message. docs/model-folder.md has an example.
/// </summary>
/// <remarks>
/// A section is the text between its heading and the next, without the last end of line. There are no conditions
/// and no loops, so a template from somebody else can do nothing but place texts.
/// </remarks>
internal static class ChatTemplateFile
{
    public const string Placeholder = "{{content}}";

    private const string Begin = "begin";
    private const string Reply = "reply";

    /// <summary>The template, or null if <paramref name="problems"/> received something.</summary>
    public static ChatTemplate? Read(ReadOnlySpan<byte> utf8, ProblemList problems)
    {
        var before = problems.Count;
        if (!Utf8.IsValid(utf8))
        {
            problems.Add("is not UTF-8; save the file as UTF-8");
            return null;
        }

        var source = Encoding.UTF8.GetString(utf8);
        var sections = Sections(source, problems);
        foreach (var name in new[] { ChatTemplate.User, Reply }.Where(name => !sections.ContainsKey(name)))
        {
            problems.Add($"has no section [{name}]");
        }

        var turns = new Dictionary<string, ChatTurn>();
        foreach (var role in ChatTemplate.AllRoles.Where(sections.ContainsKey))
        {
            if (Turn(role, sections[role], problems) is { } turn)
            {
                turns[role] = turn;
            }
        }

        foreach (var name in new[] { Begin, Reply }.Where(sections.ContainsKey).Where(name => IsMarked(sections[name])))
        {
            problems.Add($"[{name}] must not have {{{{: nothing is put into it");
        }

        return problems.Count > before
            ? null
            : new ChatTemplate
            {
                Begin = sections.GetValueOrDefault(Begin, ""),
                Turns = turns,
                Reply = sections[Reply],
                Source = source,
            };
    }

    private static Dictionary<string, string> Sections(string source, ProblemList problems)
    {
        string[] known = [Begin, .. ChatTemplate.AllRoles, Reply];
        var lines = source.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        // The end of the file's last line, which editors add.
        var count = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        var sections = new Dictionary<string, string>();
        List<string>? open = null;
        var name = "";
        for (var i = 0; i < count; i++)
        {
            if (lines[i] is not ['[', .. var heading, ']'])
            {
                if (open is null && lines[i].Trim().Length > 0)
                {
                    problems.Add($"line {i + 1}: expected a heading, one of [{string.Join("], [", known)}]");
                    return [];
                }

                open?.Add(lines[i]);
                continue;
            }

            Close();
            (name, open) = (heading, []);
            if (!known.Contains(name) || sections.ContainsKey(name))
            {
                problems.Add(
                    $"line {i + 1}: [{ProblemList.Show(name)}] "
                        + (known.Contains(name)
                            ? "appears more than once"
                            : $"is not a section; the sections are [{string.Join("], [", known)}]"));
                name = "";
            }
        }

        Close();
        return sections;

        void Close()
        {
            if (open is not null && name.Length > 0)
            {
                sections[name] = string.Join('\n', open);
            }
        }
    }

    private static ChatTurn? Turn(string role, string section, ProblemList problems)
    {
        var parts = section.Split(Placeholder);
        if (parts.Length != 2)
        {
            problems.Add($"[{role}] must have {Placeholder} once, not {parts.Length - 1} times");
            return null;
        }

        if (parts.Any(IsMarked))
        {
            problems.Add($"[{role}] must not have {{{{ but in {Placeholder}, the only placeholder");
            return null;
        }

        return new(parts[0], parts[1]);
    }

    private static bool IsMarked(string text) => text.Contains("{{", StringComparison.Ordinal);
}
