using System.Text;
using LmModel.Checkpoints;
using LmModel.Files;
using LmModel.Networks;

namespace LmModel.Tests.Checkpoints;

public sealed class ConfigFileTests
{
    private static readonly ModelConfig Lstm = new()
    {
        Cell = Cell.Lstm,
        VocabularySize = 65,
        EmbeddingSize = 32,
        HiddenSize = 64,
        Layers = 2,
        Dropout = 0.25,
        StartToken = 3,
    };

    [Fact]
    public void The_written_file_has_the_expected_content()
    {
        var stream = new MemoryStream();
        ConfigFile.Write(stream, Lstm);
        Assert.Equal(
            """
            {
              "format_version": 1,
              "cell": "lstm",
              "vocabulary_size": 65,
              "embedding_size": 32,
              "hidden_size": 64,
              "layers": 2,
              "dropout": 0.25,
              "tie_weights": false,
              "start_token": 3
            }

            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(Lstm, ConfigFile.Read(stream.ToArray(), new()));
    }

    [Theory]
    [InlineData("rnn_tanh", Cell.RnnTanh)]
    [InlineData("rnn_relu", Cell.RnnRelu)]
    [InlineData("gru", Cell.Gru)]
    [InlineData("lstm", Cell.Lstm)]
    public void Members_with_a_default_may_be_omitted(string cell, Cell expected) => Assert.Equal(
        new() { Cell = expected, VocabularySize = 5, EmbeddingSize = 2, HiddenSize = 3 },
        ConfigFile.Read(
            Json($"'format_version':1,'cell':'{cell}','vocabulary_size':5,'embedding_size':2,'hidden_size':3"), new()));

    [Fact]
    public void Every_invalid_member_is_reported()
    {
        var message = Refusal(Json("'cell':2,'vocabulary_size':'5','embedding_size':2.5,'layers':null,'dropuot':0.1"));
        Assert.Equal(
            [
                "c:",
                "- format_version is missing; expected 1",
                "- cell must be rnn_tanh, rnn_relu, gru or lstm, not 2",
                "- vocabulary_size must be an integer, not \"5\"",
                "- embedding_size must be an integer, not 2.5",
                "- layers must be an integer, not null",
                "- dropuot is not a member; the members are cell, vocabulary_size, embedding_size, "
                    + "hidden_size, layers, "
                    + "dropout, tie_weights, start_token",
                "- hidden_size is missing; expected an integer",
            ],
            message.Split('\n'));
    }

    [Fact]
    public void All_values_out_of_range_are_reported()
    {
        var message = Refusal(
            Json(
                "'format_version':1,'cell':'gru','vocabulary_size':0,'embedding_size':2,'hidden_size':3,'tie_weights':true,'dropout':1"
            ));
        Assert.Contains("vocabulary_size must be from 1", message);
        Assert.Contains("dropout must be", message);
        Assert.Contains("tie_weights needs", message);
    }

    [Fact]
    public void Derived_values_are_not_written() => Assert.Contains(
        "gates is not a member",
            Refusal(
                Json("'format_version':1,'cell':'gru','vocabulary_size':5,'embedding_size':2,'hidden_size':3,'gates':3")
            ));

    [Theory]
    [InlineData("2")]
    [InlineData("'1'")]
    [InlineData("null")]
    [InlineData("1.5")]
    [InlineData("{}")]
    public void Another_version_is_refused(string version) => Assert.Contains(
        "format_version must be 1, not",
            Refusal(
                Json($"'format_version':{version},'cell':'gru','vocabulary_size':5,'embedding_size':2,'hidden_size':3"))
        );

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" ", "LineNumber: 0")]
    [InlineData("[]", "expected an object")]
    [InlineData("null", "expected an object")]
    [InlineData("{\n  'cell': gru\n}", "LineNumber: 1 | BytePositionInLine: 10")]
    [InlineData("{'cell':'gru','cell':'gru'}", "cell")]
    public void Content_that_is_not_a_JSON_object_is_refused_with_its_position(string json, string expected) =>
        Assert.Contains(expected, Refusal(Encoding.UTF8.GetBytes(json.Replace('\'', '"'))));

    private static byte[] Json(string members) => Encoding.UTF8.GetBytes($"{{{members}}}".Replace('\'', '"'));

    private static string Refusal(byte[] json)
    {
        var problems = new ProblemList();
        Assert.Null(ConfigFile.Read(json, problems));
        return problems.Describe("c");
    }
}
