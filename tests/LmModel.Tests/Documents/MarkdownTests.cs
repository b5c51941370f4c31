using System.Text.RegularExpressions;

namespace LmModel.Tests.Documents;

public sealed partial class MarkdownTests
{
    private const int Width = 120;

    /// <summary>As .editorconfig says; the build checks C# only. Model cards are written by lm train.</summary>
    [Fact]
    public void Prose_lines_do_not_exceed_the_maximum_width()
    {
        var tooLong =
            from file in Directory.GetFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            let path = Path.GetRelativePath(Repository.Root, file).Replace(Path.DirectorySeparatorChar, '/')
            where !Elsewhere().IsMatch(path)
            from line in Prose(File.ReadAllLines(file))
            where line.Text.Length > Width
            select $"{path}, line {line.Number}: {line.Text.Length} columns";

        Assert.Empty(tooLong);
    }

    /// <summary>What is not in a block of code, and not a row of a table.</summary>
    private static IEnumerable<(int Number, string Text)> Prose(string[] lines)
    {
        var isCode = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (!isCode && !lines[i].TrimStart().StartsWith('|'))
            {
                yield return (i + 1, lines[i]);
            }
        }
    }

    [GeneratedRegex("(^|/)(bin|obj|models|node_modules|TestResults)/|^\\.")]
    private static partial Regex Elsewhere();
}
