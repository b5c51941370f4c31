using System.Text;
using LmModel.Files;
using LmModel.Quantization;

namespace LmModel.Tests.Quantization;

public sealed class PrecisionFileTests
{
    private const string Json =
        """
        {
          "format_version": 1,
          "default": "bf16",
          "tolerance": 0.001,
          "weights_sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "text": "ducks.txt",
          "text_sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
          "text_share": 0.1,
          "protocol": "cold",
          "window": 256,
          "tokens": 999,
          "figures": [
            {
              "precision": "fp32",
              "nats_per_token": 1.25,
              "bytes_per_token": 4000
            },
            {
              "precision": "bf16",
              "nats_per_token": 1.2505,
              "bytes_per_token": 2000
            }
          ]
        }

        """;

    public static PrecisionReport Report => new()
    {
        Default = Precision.Bf16,
        Tolerance = 0.001,
        WeightsSha256 = new string('a', 64),
        Text = "ducks.txt",
        TextSha256 = new string('b', 64),
        TextShare = 0.1,
        Protocol = PrecisionReport.Cold,
        Window = 256,
        Tokens = 999,
        Figures =
        [
            new() { Precision = Precision.Fp32, NatsPerToken = 1.25, BytesPerToken = 4000 },
            new() { Precision = Precision.Bf16, NatsPerToken = 1.2505, BytesPerToken = 2000 },
        ],
    };

    [Fact]
    public void The_written_file_has_the_expected_content()
    {
        var (stream, report) = (new MemoryStream(), Report);
        PrecisionFile.Write(stream, report);
        Assert.Equal(Json.ReplaceLineEndings("\n"), Encoding.UTF8.GetString(stream.ToArray()));

        var read = PrecisionFile.Read(stream.ToArray(), new())!;
        Assert.Equal(report.Figures, read.Figures);
        // A record compares its lists by reference.
        Assert.Equal(report, read with { Figures = report.Figures });
    }

    [Fact]
    public void Names_of_scored_documents_are_preserved()
    {
        var stream = new MemoryStream();
        PrecisionFile.Write(stream, Report with { HeldOut = ["a.txt", "b*"] });

        Assert.Equal(["a.txt", "b*"], PrecisionFile.Read(stream.ToArray(), new())!.HeldOut!);
    }

    [Fact]
    public void Every_invalid_member_is_reported()
    {
        var message = Refusal(Json
            .Replace("\"format_version\": 1", "\"format_version\": 2", StringComparison.Ordinal)
            .Replace("\"bf16\",\n  \"tol", "2,\n  \"tol", StringComparison.Ordinal)
            .Replace("\"ducks.txt\"", "null", StringComparison.Ordinal)
            .Replace("\"window\": 256", "\"windows\": 256", StringComparison.Ordinal)
            .Replace("\"bf16\",\n      \"nats", "\"int4\",\n      \"gnats", StringComparison.Ordinal));
        Assert.Equal(
            [
                "p:",
                "- format_version must be 1, not 2",
                "- figures[1]: precision must be fp32, bf16 or int8, not \"int4\"",
                "- figures[1]: gnats_per_token is not a member; the members are precision, nats_per_token, "
                    + "bytes_per_token",
                "- figures[1]: nats_per_token is missing; expected a number",
                "- default must be fp32, bf16 or int8, not 2",
                "- text must be text, not null",
                "- windows is not a member; the members are default, tolerance, weights_sha256, text, text_sha256, "
                    + "text_share, held_out, protocol, window, tokens, figures",
                "- window is missing; expected an integer",
            ],
            message.Split('\n'));
    }

    [Theory]
    [InlineData("\"tolerance\": 0.001", "\"tolerance\": -1", "tolerance must be at least 0, not -1")]
    [InlineData("aaaa", "AAAA", "weights_sha256 must be 64 lower-case hexadecimal digits, not AAAA")]
    [InlineData("bbbbb", "", "text_sha256 must be 64 lower-case hexadecimal digits")]
    [InlineData("\"text_share\": 0.1", "\"text_share\": 0", "text_share must be above 0 and at most 1, not 0")]
    [InlineData("\"cold\"", "\"warm\"", "protocol must be cold or contiguous, not warm")]
    [InlineData("\"cold\"", "\"contiguous\"", "window must be 0 for the contiguous protocol, not 256")]
    [InlineData("\"window\": 256", "\"window\": 0", "window must be at least 1, not 0")]
    [InlineData("\"tokens\": 999", "\"tokens\": 0", "tokens must be at least 1, not 0")]
    [InlineData("\"default\": \"bf16\"", "\"default\": \"int8\"", "figures lacks int8, the default")]
    [InlineData("\"precision\": \"fp32\"", "\"precision\": \"int8\"", "figures lacks fp32")]
    [InlineData("\"precision\": \"fp32\"", "\"precision\": \"bf16\"", "figures has bf16 more than once")]
    [InlineData("1.2505", "-1", "nats_per_token of bf16 must be at least 0, not -1")]
    [InlineData("2000", "0", "bytes_per_token of bf16 must be at least 1, not 0")]
    [InlineData("\"figures\": [", "\"figures\": [ 7,", "figures[0]: must be an object, not 7")]
    [InlineData("\"tokens\": 999", "\"tokens\": 999, \"tokens\": 999", "is not the JSON of a precision report")]
    public void Invalid_values_are_refused(string part, string replacement, string expected) =>
        Assert.Contains(expected, Refusal(Json.Replace(part, replacement, StringComparison.Ordinal)));

    [Theory]
    [InlineData("\"window\"", "\"held_out\": [null], \"window\"", "held_out must be a list of texts, but has null")]
    [InlineData("1.2505", "NaN", "is not the JSON of a precision report: 'N' is an invalid start of a value")]
    [InlineData("1.2505", "-Infinity", "is not the JSON of a precision report")]
    [InlineData("1.2505", "1e999", "nats_per_token of bf16 must be at least 0, not Infinity")]
    [InlineData("1.2505", "\"NaN\"", "figures[1]: nats_per_token must be a number, not \"NaN\"")]
    [InlineData("\"tolerance\": 0.001", "\"tolerance\": 1e999", "tolerance must be at least 0, not Infinity")]
    [InlineData(
        "\"text_share\": 0.1",
        "\"text_share\": -1e999",
        "text_share must be above 0 and at most 1, not -Infinity"
    )]
    [InlineData("2000", "1e999", "figures[1]: bytes_per_token must be an integer, not 1e999")]
    public void Values_that_a_report_cannot_contain_are_refused(string part, string replacement, string expected) =>
        Assert.Contains(expected, Refusal(Json.Replace(part, replacement, StringComparison.Ordinal)));

    [Fact]
    public void Figures_that_are_not_a_list_are_refused() => Assert.Contains(
        "figures must be a list, not 5", Refusal($"{Json[..Json.IndexOf('[')]} 5 }}"));

    private static string Refusal(string json)
    {
        var problems = new ProblemList();
        Assert.Null(PrecisionFile.Read(Encoding.UTF8.GetBytes(json), problems));
        return problems.Describe("p");
    }
}
