using System.ClientModel;
using System.ClientModel.Primitives;
using LmApi.Tests.Support;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace LmApi.Tests.Clients;

/// <summary>The packages OpenAI and Microsoft.Extensions.AI.OpenAI, unmodified.</summary>
public sealed class OpenAiPackageTests
{
    private const string Model = TestModel.Name;

    [Fact]
    public async Task The_package_OpenAI_chats_streams_and_lists()
    {
        await using var services = await ClientServices.StartAsync();
        var client = Client(services.Open);
        var chat = client.GetChatClient(Model);
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 3, Temperature = 0 };

        ChatCompletion plain = await chat.CompleteChatAsync([new UserChatMessage("ab")], options);
        Assert.Equal("cde", plain.Content[0].Text);
        Assert.Equal(OpenAI.Chat.ChatFinishReason.Length, plain.FinishReason);
        Assert.Equal(5, plain.Usage.TotalTokenCount);

        var streamed = "";
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("ab")], options))
        {
            streamed += string.Concat(update.ContentUpdate.Select(part => part.Text));
        }

        Assert.Equal("cde", streamed);
        var models = await client.GetOpenAIModelClient().GetModelsAsync();
        Assert.Equal(Model, Assert.Single(models.Value).Id);
    }

    [Fact]
    public async Task The_package_OpenAI_reports_errors_and_a_full_service()
    {
        await using var services = await ClientServices.StartAsync();
        var unknown = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(services.Open).GetChatClient("gpt-4").CompleteChatAsync("ab"));
        Assert.Equal(404, unknown.Status);
        Assert.Contains(Model, unknown.Message, StringComparison.Ordinal);
        var full = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(services.Full).GetChatClient(Model).CompleteChatAsync("ab"));
        Assert.Equal(429, full.Status);
    }

    [Fact]
    public async Task The_package_OpenAI_leaves_in_the_middle_of_a_stream()
    {
        await using var services = await ClientServices.StartAsync();
        var chat = Client(services.Held).GetChatClient(Model);
        using var leave = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in chat.CompleteChatStreamingAsync(
                [new UserChatMessage("ab")], new() { MaxOutputTokenCount = 1000 }, leave.Token))
            {
                if (update.ContentUpdate is [{ Text.Length: > 0 }, ..])
                {
                    await leave.CancelAsync();
                }
            }
        });
        await services.AssertTheClientLeftAsync();
    }

    [Fact]
    public async Task Microsoft_Extensions_AI_OpenAI_chats_and_streams()
    {
        await using var services = await ClientServices.StartAsync();
        using var client = Client(services.Open).GetChatClient(Model).AsIChatClient();
        var options = new ChatOptions { MaxOutputTokens = 3, Temperature = 0 };
        var plain = await client.GetResponseAsync("ab", options);
        Assert.Equal("cde", plain.Text);
        Assert.Equal(3, plain.Usage?.OutputTokenCount);
        Assert.Equal("cde", string.Concat(await client.GetStreamingResponseAsync("ab", options).ToListAsync()));
        options.ResponseFormat = Microsoft.Extensions.AI.ChatResponseFormat.Json;
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync("ab", options));
        Assert.Contains("response_format", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Microsoft_Extensions_AI_OpenAI_leaves_and_meets_a_full_service()
    {
        await using var services = await ClientServices.StartAsync();
        using var away = Client(services.Held).GetChatClient(Model).AsIChatClient();
        await foreach (var update in away.GetStreamingResponseAsync("ab", new() { MaxOutputTokens = 1000 }))
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        await services.AssertTheClientLeftAsync();
        using var busy = Client(services.Full).GetChatClient(Model).AsIChatClient();
        Assert.Equal(429, (await Assert.ThrowsAsync<ClientResultException>(() => busy.GetResponseAsync("ab"))).Status);
    }

    private static OpenAIClient Client(LmServiceFixture service) => new(new ApiKeyCredential("none"), new()
    {
        Endpoint = new Uri(ClientServices.AddressOf(service), "/v1"),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    });
}
