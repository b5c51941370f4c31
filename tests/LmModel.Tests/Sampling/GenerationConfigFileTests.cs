using System.Text;
using LmModel.Files;
using LmModel.Sampling;

namespace LmModel.Tests.Sampling;

public sealed class GenerationConfigFileTests
{
    [Fact]
    public void Every_sampling_parameter_can_be_set_under_the_name_of_a_request()
    {
        var json = $"{{{string.Join(", ", SamplingParameter.All.Select(p => $"\"{p.Name}\": {Other(p)}"))}}}";

        var sampling = Read(json).Sampling;

        Assert.All(SamplingParameter.All, p => Assert.Equal(Other(p), p.Of(sampling).ToString()));

        static string Other(SamplingParameter p) => p.Choices.Count > 0 ? "2" : "1";
    }

    [Fact]
    public void A_file_of_transformers_is_read()
    {
        var defaults = Read(
            """
            {"_from_model_config": true, "do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95,
             "max_new_tokens": 2048, "stop": ["\n\n", "END"], "transformers_version": "4.51.0"}
            """);

        Assert.Equal(new SamplingSettings { Temperature = 0.6f, TopK = 20, TopP = 0.95f } with
        {
            LogitBias = defaults.Sampling.LogitBias,
        }, defaults.Sampling);
        Assert.Equal(2048, defaults.MaxTokens);
        Assert.Equal(["\n\n", "END"], defaults.Stop);
    }

    [Fact]
    public void What_is_absent_has_the_usual_default()
    {
        var defaults = Read("{}");

        Assert.All(SamplingParameter.All, p => Assert.Equal(p.Default, p.Of(defaults.Sampling)));
        Assert.Null(defaults.MaxTokens);
        Assert.Empty(defaults.Stop);
    }

    [Theory]
    [InlineData("""{"do_sample": false}""", 0)]
    [InlineData("""{"do_sample": false, "temperature": 0}""", 0)]
    [InlineData("""{"temperature": 0}""", 0)]
    [InlineData("""{"do_sample": true}""", 0.8f)]
    public void Not_sampling_is_a_temperature_of_zero(string json, float temperature) =>
        Assert.Equal(temperature, Read(json).Sampling.Temperature);

    [Fact]
    public void A_single_text_is_a_list_of_one() => Assert.Equal(["END"], Read("""{"stop": "END"}""").Stop);

    [Theory]
    [InlineData("""{"temperature": 3}""", "temperature must be from 0 to 2, not 3")]
    [InlineData("""{"temperature": "hot"}""", "temperature must be a number, from 0 to 2, not \"hot\"")]
    [InlineData("""{"temperature": null}""", "temperature must be a number, from 0 to 2, not null")]
    [InlineData("""{"temperature": 1e999}""", "temperature must be")]
    [InlineData("""{"top_p": 0}""", "top_p must be above 0 and at most 1, not 0")]
    [InlineData("""{"top_k": 1.5}""", "top_k must be an integer, at least 0, not 1.5")]
    [InlineData("""{"mirostat": 1}""", "mirostat must be 0 or 2, not 1; version 1 is not offered")]
    [InlineData("""{"max_new_tokens": 0}""", "max_new_tokens must be an integer from 1 to 1000000, not 0")]
    [InlineData("""{"max_new_tokens": "many"}""", "max_new_tokens must be an integer from 1 to 1000000, not \"many\"")]
    [InlineData("""{"do_sample": 1}""", "do_sample must be true or false, not 1")]
    [InlineData("""{"do_sample": false, "temperature": 0.5}""", "do_sample is false, which means a temperature of 0")]
    [InlineData("""{"stop": ""}""", "stop must be a text of 1 to 256 characters, or a list of them, not \"\"")]
    [InlineData("""{"stop": ["a", 2]}""", "stop must be a text of 1 to 256 characters, or a list of them, not 2")]
    [InlineData("""{"stop": ["a", "b", "c", "d", "e"]}""", "stop may have 4 texts, not 5")]
    [InlineData("""{"stop_strings": ["a"]}""", "stop_strings is not a member; here it is stop")]
    [InlineData("""{"repeat_penalty": 1}""", "repeat_penalty is not a member; here it is repetition_penalty")]
    [InlineData("""{"temprature": 1}""", "temprature is not a member; the members are do_sample, temperature, top_k")]
    [InlineData("""{"top_k": 1, "top_k": 1}""", "is not the JSON of a generation configuration")]
    [InlineData("[]", "is not the JSON of a generation configuration: expected an object")]
    [InlineData("", "is not the JSON of a generation configuration: it is empty")]
    public void Invalid_files_are_refused(string json, string expected)
    {
        var problems = new ProblemList();
        Assert.Null(GenerationConfigFile.Read(Encoding.UTF8.GetBytes(json), problems));
        Assert.Contains(expected, problems.Describe("g"));
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var problems = new ProblemList();
        GenerationConfigFile.Read("""{"temperature": 9, "top_p": 9, "stop": 9}"""u8, problems);
        Assert.Equal(3, problems.Count);
    }

    [Fact]
    public void What_is_written_is_read_again_and_names_what_transformers_would_default_otherwise()
    {
        var written = new GenerationDefaults
        {
            Sampling = new() { Temperature = 0.9f, MinP = 0.05f, RepetitionPenalty = 1.1f },
            MaxTokens = 300,
            Stop = ["\n\n"],
        };
        var stream = new MemoryStream();

        GenerationConfigFile.Write(stream, written);

        Assert.Equal(
            """
            {
              "do_sample": true,
              "temperature": 0.9,
              "top_k": 0,
              "min_p": 0.05,
              "repetition_penalty": 1.1,
              "max_new_tokens": 300,
              "stop": [
                "\n\n"
              ]
            }

            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(stream.ToArray()));
        var read = Read(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(written.Sampling with { LogitBias = read.Sampling.LogitBias }, read.Sampling);
        Assert.Equal((written.MaxTokens, written.Stop[0]), (read.MaxTokens, Assert.Single(read.Stop)));
    }

    private static GenerationDefaults Read(string json)
    {
        var problems = new ProblemList();
        var defaults = GenerationConfigFile.Read(Encoding.UTF8.GetBytes(json), problems);
        Assert.True(problems.Count == 0, problems.Describe("g"));
        return defaults!;
    }
}
