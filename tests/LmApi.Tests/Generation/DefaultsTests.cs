using System.Text.Json;
using LmApi.Tests.Support;
using LmModel.Checkpoints;
using LmModel.Sampling;

namespace LmApi.Tests.Generation;

/// <summary>The model says the alphabet; its folder says how much of it, and where to stop.</summary>
public sealed class DefaultsTests : IDisposable
{
    private const string Template = "[user]\n{{content}}\n[reply]\n";

    private readonly string _folder = TestModel.Save(TestModel.Tokenizer);

    [Fact]
    public async Task What_a_request_leaves_out_is_what_the_model_says()
    {
        await using var service = await StartAsync(new()
        {
            Sampling = new() { Temperature = 0 },
            MaxTokens = 5,
            Stop = ["k"],
        });

        Assert.Equal("bcdef", (await service.GenerateAsync(new { prompt = "a" })).Text("text"));
        Assert.Equal("hij", (await service.GenerateAsync(new { prompt = "g" })).Text("text"));
    }

    [Fact]
    public async Task What_a_request_says_counts_and_null_is_the_models_value()
    {
        await using var service = await StartAsync(new()
        {
            Sampling = new() { Temperature = 0 },
            MaxTokens = 5,
            Stop = ["k"],
        });

        var own = await service.GenerateAsync(new { prompt = "j", max_tokens = 2, stop = Array.Empty<string>() });
        var none = await service.GenerateAsync(
            new { prompt = "g", max_tokens = (int?)null, temperature = (float?)null, stop = (string?)null });

        Assert.Equal("kl", own.Text("text"));
        Assert.Equal("hij", none.Text("text"));
    }

    [Fact]
    public async Task The_service_bounds_what_the_model_says()
    {
        await using var service = await StartAsync(
            new() { Sampling = new() { Temperature = 0 }, MaxTokens = 9 },
            new() { ["Generation:MaxTokens"] = "3", ["Generation:DefaultMaxTokens"] = "2" });

        Assert.Equal("bcd", (await service.GenerateAsync(new { prompt = "a" })).Text("text"));
    }

    [Fact]
    public async Task Swagger_and_the_description_of_the_model_show_the_defaults()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "chat_template.txt"), Template, TestContext.Current.CancellationToken);
        await using var service = await StartAsync(
            new() { Sampling = new() { Temperature = 0.6f, MinP = 0.05f }, MaxTokens = 9, Stop = ["\n\n"] });
        using var client = service.CreateClient();

        var document = await GetAsync("/swagger/v1/swagger.json");
        var members = document.GetProperty("components").GetProperty("schemas").GetProperty("GenerationRequest")
            .GetProperty("properties");
        var model = await GetAsync("/model");
        var sampling = model.GetProperty("defaults").GetProperty("sampling");

        Assert.Equal(
            ["0.6", "0.05", "9", "[\"\\n\\n\"]", "1"],
            new[] { "temperature", "min_p", "max_tokens", "stop", "top_p" }.Select(name =>
                string.Concat(members.GetProperty(name).GetProperty("default").GetRawText().Split(' ', '\n'))));
        Assert.Equal((0.6, 0.05, 1.0), (
            sampling.GetProperty("temperature").GetDouble(), sampling.GetProperty("min_p").GetDouble(),
            sampling.GetProperty("top_p").GetDouble()));
        Assert.Equal(9, model.GetProperty("defaults").GetProperty("max_tokens").GetInt32());
        Assert.Equal(Template, model.Text("chat_template"));

        async Task<JsonElement> GetAsync(string path)
        {
            var address = new Uri(path, UriKind.Relative);
            return await (await client.GetAsync(address, TestContext.Current.CancellationToken)).JsonAsync(200);
        }
    }

    public void Dispose() => Directory.GetParent(_folder)!.Delete(recursive: true);

    private Task<LmServiceFixture> StartAsync(
        GenerationDefaults defaults, Dictionary<string, string>? settings = null)
    {
        ModelFolder.Open(_folder).SaveDefaults(defaults);
        return LmServiceFixture.StartAsync(new(settings ?? []) { ["Model:Path"] = _folder });
    }
}
