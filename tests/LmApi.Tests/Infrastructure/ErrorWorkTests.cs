using System.Text.Json;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmApi.Tests.Support;
using LmModel.Tokenization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LmApi.Tests.Infrastructure;

/// <summary>
/// What a body costs that has more errors than are listed. Work is counted as bytes allocated by the thread.
/// </summary>
public sealed class ErrorWorkTests
{
    private const int Few = FieldErrors.MostListed + 1;
    private const int Many = 1000;

    /// <summary>One more error, of the <c>i</c>-th member or item.</summary>
    public static TheoryData<string, Func<int, string>, string> Kinds { get; } = new()
    {
        { "{", i => $"\"unknown{i}\":[\"{new string('x', 200)}\"]", "}" },
        { "{", i => $"\"temperature{i}\":1", "}" },
        { "{", i => $"\"\\ud800{i}\":1", "}" },
        { "{\"prompt\":\"a\"", i => ",\"prompt\":\"b\"", "}" },
        { "{\"neural_cache\":{", i => $"\"sise{i}\":1", "}}" },
        { "{\"logit_bias\":{", i => $"\"none{i}\":1", "}}" },
        { "{\"logit_bias\":{", i => $"\"{i}\":1000", "}}" },
        { "{\"logit_bias\":{", i => $"\"{i}\":\"{new string('x', 200)}\"", "}}" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Unlisted_errors_allocate_nothing(string begin, Func<int, string> error, string end)
    {
        await using var service = await LmServiceFixture.StartAsync();
        var parser = service.Services.GetRequiredService<GenerationRequestParser>();
        AssertAlike(
            errors => begin + string.Join(begin[^1] == '{' ? "," : "", Enumerable.Range(0, errors).Select(error)) + end,
            body => parser.Parse(body, streamByDefault: true));
    }

    [Fact]
    public void Unlisted_errors_of_list_items_allocate_nothing()
    {
        var fields = new DetokenizeFields(Options.Create(new EngineOptions()));
        AssertAlike(
            errors => $$"""{"tokens":[{{string.Join(',', Enumerable.Repeat("\"x\"", errors))}}]}""",
            body => new FieldReader(body, fields).TryRead(fields.Tokens, out _));
    }

    [Fact]
    public void Unlisted_unknown_token_ids_allocate_nothing() => AssertAlike(
        errors => $"{errors}",
        body =>
        {
            var errors = new FieldErrors();
            for (var id = 1000; id < 1000 + body.GetInt32(); id++)
            {
                TokenRules.RequireKnown(new ByteTokenizer(), id, $"tokens[{id}]", errors);
            }
        });

    [Fact]
    public async Task Only_the_quoted_part_of_a_long_value_is_copied()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var parser = service.Services.GetRequiredService<GenerationRequestParser>();
        foreach (
            var value in new[]
            {
                $"\"{new string('é', 100_000)}\"",
                $"[{string.Join(',', Enumerable.Repeat("[]", 50_000))}]",
            }
        )
        {
            using var body = JsonDocument.Parse($$"""{"prompt":"a","temperature":{{value}}}""");
            void Refuse() =>
                Assert.Throws<ProblemException>(() => parser.Parse(body.RootElement, streamByDefault: true));
            Refuse();
            Assert.InRange(Allocations.Of(Refuse), 0, 50_000);
        }
    }

    /// <summary>Refusing many errors allocates what refusing few does. The JSON is parsed before.</summary>
    private static void AssertAlike(Func<int, string> body, Action<JsonElement> refuse)
    {
        using var few = JsonDocument.Parse(body(Few));
        using var many = JsonDocument.Parse(body(Many));
        void Refuse(JsonDocument errors)
        {
            var refused = Assert.Throws<ProblemException>(() => refuse(errors.RootElement));
            Assert.Equal(FieldErrors.MostListed, refused.Problem.Errors!.Count);
        }

        // Whatever is made once, is made here.
        Refuse(few);
        Refuse(many);
        Assert.InRange(Allocations.Of(() => Refuse(many)), 0, Allocations.Of(() => Refuse(few)) + 4096);
    }
}
