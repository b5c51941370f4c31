using LmApi.Tests.Support;
using OllamaSharp;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace LmApi.Tests.Clients;

/// <summary>The package OllamaSharp, unmodified.</summary>
public sealed class OllamaSharpTests
{
    private static readonly RequestOptions Options = new() { NumPredict = 3, Temperature = 0 };

    [Fact]
    public async Task OllamaSharp_lists_generates_and_chats()
    {
        await using var services = await ClientServices.StartAsync();
        using var client = Client(services.Open);
        Assert.Equal($"{TestModel.Name}:latest", Assert.Single(await client.ListLocalModelsAsync()).Name);
        Assert.Contains(
            "temperature", (await client.ShowModelAsync(TestModel.Name)).Parameters, StringComparison.Ordinal);

        var text = await client.GenerateAsync(new GenerateRequest { Prompt = "ab", Options = Options })
            .Select(line => line?.Response)
            .ToListAsync();
        Assert.Equal("cde", string.Concat(text));
        var plain = await client.GenerateAsync(new GenerateRequest { Prompt = "ab", Options = Options, Stream = false })
            .ToListAsync();
        Assert.Equal("cde", Assert.Single(plain)?.Response);

        var chat = await client.ChatAsync(new ChatRequest { Messages = [new("user", "ab")], Options = Options })
            .Select(line => line?.Message.Content)
            .ToListAsync();
        Assert.Equal("cde", string.Concat(chat));
    }

    [Fact]
    public async Task OllamaSharp_reports_errors_and_a_full_service()
    {
        await using var services = await ClientServices.StartAsync();
        using var client = Client(services.Open);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => client
            .GenerateAsync(new GenerateRequest { Model = "llama3", Prompt = "ab" }).ToListAsync().AsTask());
        Assert.Contains("404", refused.Message, StringComparison.Ordinal);
        using var busy = Client(services.Full);
        await Assert.ThrowsAnyAsync<Exception>(() => busy
            .GenerateAsync(new GenerateRequest { Prompt = "ab" }).ToListAsync().AsTask());
    }

    [Fact]
    public async Task OllamaSharp_leaves_in_the_middle_of_a_stream()
    {
        await using var services = await ClientServices.StartAsync();
        using var client = Client(services.Held);
        await foreach (var line in client.GenerateAsync(
            new GenerateRequest { Prompt = "ab", Options = new() { NumPredict = 1000 } }))
        {
            Assert.NotEmpty(line!.Response);
            break;
        }

        await services.AssertTheClientLeftAsync();
    }

    private static OllamaApiClient Client(LmServiceFixture service) =>
        new(ClientServices.AddressOf(service), TestModel.Name);
}
