using System.Text;
using LmModel.Audits;
using LmModel.Checkpoints;
using LmModel.Files;
using LmModel.Tests.Checkpoints;

namespace LmModel.Tests.Audits;

public sealed class AuditFileTests : SavedModelTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var first = Json();
        var again = new MemoryStream();
        AuditFile.Write(again, AuditFile.Read(Encoding.UTF8.GetBytes(first), new())!);
        Assert.Equal(first, Encoding.UTF8.GetString(again.ToArray()));
    }

    [Theory]
    [InlineData("aaaa", "AAAA", "weights_sha256 must be 64 lower-case hexadecimal digits, not AAAA")]
    [InlineData("\"sections\": [", "\"sections\": [ 7,", "sections[0]: must be an object, not 7")]
    [InlineData("\"figures\": [", "\"figures\": [ null,", "sections[0]: figures[0]: must be an object, not null")]
    [InlineData("\"unit\": \"AUC\",", "", "sections[0]: figures[0]: unit is missing; expected text")]
    [InlineData("\"Use a guard.\"", "null", "membership: notes must be a list of texts, but has null")]
    [InlineData("0.75", "1e999", "membership: auc: must have finite numbers, not Infinity")]
    [InlineData("\"low\": 0.5", "\"low\": 9", "membership: auc: low and high must be the ends of an interval, not 9")]
    [InlineData("between", "fine", "sections[0]: figures[0]: verdict must be ")]
    [InlineData("\"not_applicable\": \"Nothing was held out.\",", "", "membership: rate: must have either a value")]
    [InlineData("\"y\": 3", "\"y\": 1e999", "membership: copies: must have finite numbers, not Infinity")]
    [InlineData("\"points\": [", "\"points\": [ null,", "curves[0]: series[0]: points[0]: must be an object, not null")]
    public void Invalid_values_are_refused(string part, string replacement, string expected)
    {
        var json = Json();
        Assert.Contains(part, json);
        var problems = new ProblemList();
        var at = json.IndexOf(part, StringComparison.Ordinal);
        Assert.Null(AuditFile.Read(
            Encoding.UTF8.GetBytes(json[..at] + replacement + json[(at + part.Length)..]), problems));
        Assert.Contains(expected, problems.Describe("a"));
    }

    [Fact]
    public void An_audit_of_other_weights_is_refused_but_can_be_made_again_and_a_save_discards_it()
    {
        Save(Gru);
        Open().SaveAudit(SampleAudit.Report with { WeightsSha256 = Open().WeightsSha256 });
        Assert.Equal("ducks.txt", Open().Audit!.TrainingText);
        File.WriteAllText(Folder["AUDIT.md"], "# Audit");
        File.WriteAllText(Folder["audit-membership-copies.svg"], "<svg/>");
        SafeTensorsWriter.Write(Folder["model.safetensors"], [.. Gru.Config.ParameterShapes.Select(
            p => TensorData.Floats(p.Name, p.Shape, [.. Gru.Weights[p.Name].Select(w => -w)]))]);

        Assert.StartsWith("- audit.json: measured for other weights, with SHA-256 ", Assert.Single(Problems()));
        var unaudited = ModelFolder.OpenUnaudited(Folder.Path);
        Assert.Contains(
            "measured for weights",
            Assert.Throws<ArgumentException>(() => unaudited.SaveAudit(SampleAudit.Report)).Message);
        unaudited.SaveAudit(SampleAudit.Report with { WeightsSha256 = unaudited.WeightsSha256 });
        Assert.NotNull(Open().Audit);

        Save(PyTorchFixture.Load("lstm"));
        Assert.DoesNotContain(Folder.Files, file => file.Contains("audit", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_reader_sees_every_figure_with_its_judgement()
    {
        var page = AuditMarkdown.Of("ducks", SampleAudit.Report);
        Assert.StartsWith("# Audit of ducks\n", page);
        Assert.Contains("\n| Membership inference: auc | 0.750 AUC | 0.500 to 0.875 | between |\n", page);
        Assert.Contains(
            "\n| auc | How well \\| members are told. | 0.750 AUC | 0.500 to 0.875 | 0.5 | above 0.7 | between |\n",
            page);
        Assert.Contains("| Members found. Not applicable: Nothing was held out. | not applicable |", page);
        Assert.Contains("\n| 10.0 | 3.000 (2.000 to 4.000) | 2.000 |\n| 20.0 |  | 1.000 |\n", page);
        Assert.Contains("![What is continued.](audit-membership-copies.svg)", page);
        Assert.Contains("\n* Use a guard.\n", page);
    }

    [Fact]
    public void A_card_links_the_report_once()
    {
        var linked = AuditPages.Linked("# Card\n");
        Assert.Contains("[the audit](AUDIT.md)", linked);
        Assert.Equal(linked, AuditPages.Linked(linked));
    }

    private static string Json()
    {
        var stream = new MemoryStream();
        AuditFile.Write(stream, SampleAudit.Report);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
