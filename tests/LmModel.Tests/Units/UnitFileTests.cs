using System.Text;
using LmModel.Files;
using LmModel.Units;

namespace LmModel.Tests.Units;

public sealed class UnitFileTests
{
    private const string Json =
        """
        {
          "format_version": 1,
          "weights_sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "text": "ducks.txt",
          "text_sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
          "text_share": 1,
          "tokens": 40000,
          "features": [
            "quotes",
            "name"
          ],
          "tried": 8,
          "control": 0,
          "units": [
            {
              "feature": "quotes",
              "meaning": "inside of double quotes",
              "layer": 0,
              "unit": 3,
              "sign": -1,
              "auc": 0.98,
              "share": 0.25,
              "p_value": 1E-10
            }
          ]
        }

        """;

    internal static UnitReport Report => new()
    {
        WeightsSha256 = new string('a', 64),
        Text = "ducks.txt",
        TextSha256 = new string('b', 64),
        TextShare = 1,
        Tokens = 40000,
        Features = ["quotes", "name"],
        Tried = 8,
        Control = 0,
        Units =
        [
            new()
            {
                Feature = "quotes",
                Meaning = "inside of double quotes",
                Layer = 0,
                Unit = 3,
                Sign = -1,
                Auc = 0.98,
                Share = 0.25,
                PValue = 1e-10,
            },
        ],
    };

    [Fact]
    public void The_written_file_has_the_expected_content()
    {
        var (stream, report) = (new MemoryStream(), Report);
        UnitFile.Write(stream, report);
        Assert.Equal(Json.ReplaceLineEndings("\n"), Encoding.UTF8.GetString(stream.ToArray()));

        var read = UnitFile.Read(stream.ToArray(), new())!;
        Assert.Equal(report.Units, read.Units);
        Assert.Equal(report.Features, read.Features);
        // A record compares its lists by reference.
        Assert.Equal(report, read with { Units = report.Units, Features = report.Features });
    }

    [Theory]
    [InlineData("aaaa", "AAAA", "weights_sha256 must be 64 lower-case hexadecimal digits, not AAAA")]
    [InlineData("bbbbb", "", "text_sha256 must be 64 lower-case hexadecimal digits")]
    [InlineData("\"text_share\": 1", "\"text_share\": 0", "text_share must be above 0 and at most 1, not 0")]
    [InlineData("\"tokens\": 40000", "\"tokens\": 0", "tokens must be at least 1")]
    [InlineData("\"name\"", "null", "features must be a list of texts, but has null")]
    [InlineData("\"layer\": 0", "\"layer\": -1", "quotes: layer must be at least 0, not -1")]
    [InlineData("\"unit\": 3", "\"unit\": -1", "quotes: unit must be at least 0, not -1")]
    [InlineData("\"sign\": -1", "\"sign\": 0", "quotes: sign must be 1 or -1, not 0")]
    [InlineData("0.98", "1e999", "quotes: auc must be from 0 to 1, not Infinity")]
    [InlineData("0.25", "-1", "quotes: share must be from 0 to 1, not -1")]
    [InlineData("1E-10", "2", "quotes: p_value must be from 0 to 1, not 2")]
    [InlineData("\"sign\": -1,", "", "units[0]: sign is missing; expected an integer")]
    [InlineData("\"units\": [", "\"units\": [ 7,", "units[0]: must be an object, not 7")]
    [InlineData("\"units\": [", "\"unit\": [", "units is missing; expected a list")]
    [InlineData("\"tried\": 8", "\"tried\": 8, \"tried\": 8", "is not the JSON of a report on units")]
    public void Invalid_values_are_refused(string part, string replacement, string expected)
    {
        var problems = new ProblemList();
        var json = Json.Replace(part, replacement, StringComparison.Ordinal);
        Assert.Null(UnitFile.Read(Encoding.UTF8.GetBytes(json), problems));
        Assert.Contains(expected, problems.Describe("u"));
    }

    [Fact]
    public void A_feature_can_have_one_unit_only()
    {
        var problem = Assert.Single((Report with { Units = [.. Report.Units, .. Report.Units] }).Problems());
        Assert.Equal("units has quotes more than once", problem);
    }
}
