using LmCli.Evaluate;
using LmModel.Evaluation.Leaks;

namespace LmCli.Tests.Evaluate;

public sealed class ScoreLinesTests
{
    [Fact]
    public void A_shared_passage_is_shown_on_one_line_without_split_characters()
    {
        // 60 units are shown; a pair straddles their end, and the passage itself begins and ends with halves.
        var text = "\udd86" + new string('a', 57) + "\r\n🦆🦆b\e[31m\ud83e";
        var lines = ScoreLines.Leaks(LeakCheck.Of(text, text, window: 50)).ToList();

        Assert.Contains(lines, line => line.EndsWith(": \"" + new string('a', 57) + " …\"", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain(line, c => char.IsControl(c) || char.IsSurrogate(c)));
    }
}
