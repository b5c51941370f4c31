using System.Text.Json;
using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_openapi_document_matches_the_golden_file()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var document = await service
            .CreateClient()
            .GetStringAsync(new Uri("/swagger/v1/swagger.json", UriKind.Relative));
        Golden.Matches("LmApi.Tests/openapi.golden.json", document.TrimEnd() + "\n");
    }

    [Fact]
    public async Task Limits_in_the_openapi_document_match_the_configuration()
    {
        await using var service = await LmServiceFixture.StartAsync(
            new() { ["Generation:MaxTokens"] = "99", ["Generation:DefaultMaxTokens"] = "9" }
        );
        using var response = await service
            .CreateClient()
            .GetAsync(new Uri("/swagger/v1/swagger.json", UriKind.Relative));
        var schema = (await response.JsonAsync(200))
            .GetProperty("components")
            .GetProperty("schemas")
            .GetProperty("GenerationRequest")
            .GetProperty("properties")
            .GetProperty("max_tokens");
        Assert.Equal((99, 9), (schema.GetProperty("maximum").GetInt32(), schema.GetProperty("default").GetInt32()));
        Assert.Equal(
            ["max_tokens out_of_range"],
            (await service.RefusedAsync(422, "/generate", new { prompt = "a", max_tokens = 100 })).Errors());
    }

    [Fact]
    public async Task Every_request_example_is_answered()
    {
        await using var service = await LmServiceFixture.StartAsync(
            tokenizer: new LmModel.Tokenization.ByteTokenizer());
        using var response = await service
            .CreateClient()
            .GetAsync(new Uri("/swagger/v1/swagger.json", UriKind.Relative));
        foreach (var path in (await response.JsonAsync(200)).GetProperty("paths").EnumerateObject())
        {
            foreach (var example in Examples(path.Value))
            {
                using var answer = await service.PostAsync(path.Name, example.GetRawText());
                Assert.Equal(200, (int)answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task Swagger_has_a_user_interface()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var page = await service.CreateClient().GetAsync(new Uri("/swagger", UriKind.Relative));
        Assert.Contains("swagger-ui", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static IEnumerable<JsonElement> Examples(JsonElement path) =>
        path.TryGetProperty("post", out var post)
            ? post.GetProperty("requestBody")
                .GetProperty("content")
                .GetProperty("application/json")
                .GetProperty("examples")
                .EnumerateObject()
                .Select(example => example.Value.GetProperty("value"))
            : [];
}
