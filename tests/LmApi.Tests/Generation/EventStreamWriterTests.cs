using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using LmApi.Generation;
using LmApi.Tests.Support;
using LmModel.Generation;

namespace LmApi.Tests.Generation;

public sealed class EventStreamWriterTests
{
    private static readonly string[] Texts =
    [
        "",
        "a",
        "\n",
        "\"quoted\\\"",
        "é€😀",
        "<&'>+",
        "\u0000\u001f\u007f\u2028",
        new string('ü', 3000),
        "\ud83d\ude00\ufffd",
    ];

    [Fact]
    public async Task A_token_is_written_exactly_as_by_the_serializer()
    {
        var random = new Random(1);
        var reply = Reply(alternatives: 0);
        using var stream = new MemoryStream();
        var pipe = PipeWriter.Create(stream);
        using var writer = new EventStreamWriter(pipe, reply);
        var expected = new StringBuilder();
        for (var i = 0; i < 500; i++)
        {
            float? logprob = (i % 10) switch
            {
                0 => null,
                1 => float.NegativeInfinity,
                2 => 0,
                _ => -random.NextSingle() * 20,
            };
            var token = new TokenEvent(i, random.Next(), Texts[random.Next(Texts.Length)], logprob, []);
            writer.WriteToken(0, token);
            var json = JsonSerializer.Serialize(reply.ToResponse(token), GenerationJson.Wire.TokenResponse);
            expected.Append("event: token\nid: gen-1:").Append(i + 1).Append("\ndata: ").Append(json).Append("\n\n");
        }

        await writer.SendAsync(default);

        Assert.Equal(expected.ToString(), Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(500, writer.Count);
    }

    [Fact]
    public async Task Writing_a_token_allocates_nothing()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        using var writer = new EventStreamWriter(pipe.Writer, Reply(alternatives: 0));
        var token = new TokenEvent(1, 2, "é\n", -0.5f, []);
        void Write(int count)
        {
            for (var i = 0; i < count; i++)
            {
                writer.WriteToken(0, token);
            }
        }

        // A pipe's segments are its own matter: what is read goes back to it before it is measured.
        Write(2000);
        await writer.SendAsync(default);
        pipe.Reader.AdvanceTo((await pipe.Reader.ReadAsync()).Buffer.End);
        Assert.Equal(0, Allocations.Of(() => Write(2)));
    }

    private static GenerationReply Reply(int alternatives) => new(
        "gen-1", "m", TestModel.Tokenizer, new LmModel.Generation.AdmittedGeneration
        {
            Settings = new() { PromptTokens = [], MaxTokens = 1, Seed = 1, Alternatives = alternatives },
            Events = null!,
        });
}
