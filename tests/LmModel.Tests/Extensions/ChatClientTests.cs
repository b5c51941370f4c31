using LmModel.Extensions.AI;
using Microsoft.Extensions.AI;

namespace LmModel.Tests.Extensions;

/// <summary>The chat client as a program with Microsoft.Extensions.AI uses it.</summary>
public sealed class ChatClientTests
{
    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    private static readonly ChatOptions Greedy = new() { MaxOutputTokens = 12, Temperature = 0 };

    [Fact]
    public async Task An_answer_is_the_text_that_the_model_generates()
    {
        using var model = TextModel.Open(Tiny);
        using var client = model.AsIChatClient();
        var options = new ChatOptions { MaxOutputTokens = 30, Temperature = 1.2f, TopK = 10, Seed = 4 };
        var tokens = await model.GenerateAsync("ROMEO:", new()
        {
            MaxTokens = 30,
            Seed = 4,
            Sampling = new() { Temperature = 1.2f, TopK = 10 },
        }).ToListAsync();

        var response = await client.GetResponseAsync("ROMEO:", options);

        Assert.Equal(string.Concat(tokens.Select(token => token.Text)), response.Text);
        Assert.Equal((ChatFinishReason.Length, "tiny"), (response.FinishReason!.Value, response.ModelId));
        Assert.Equal((6, 30), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
        Assert.Equal(
            response.Text, string.Concat(await client.GetStreamingResponseAsync("ROMEO:", options).ToListAsync()));
    }

    [Fact]
    public async Task A_conversation_is_continued_as_one_text()
    {
        using var model = TextModel.Open(Tiny);
        using var client = model.AsIChatClient();
        List<ChatMessage> chat = [new(ChatRole.System, "A play."), new(ChatRole.User, "ROMEO:")];
        var first = await client.GetResponseAsync(chat, Greedy);
        chat.AddMessages(first);
        chat.Add(new(ChatRole.User, "JULIET:"));
        var second = await client.GetResponseAsync(chat, Greedy);
        var expected = await model.GenerateAsync(
            $"A play.\n\nROMEO:{first.Text}\n\nJULIET:", new() { MaxTokens = 12, Sampling = new() { Temperature = 0 } })
            .ToListAsync();
        Assert.Equal(string.Concat(expected.Select(token => token.Text)), second.Text);
    }

    [Fact]
    public async Task A_template_ends_an_answer_where_the_next_message_would_begin()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "config.json", "tokenizer.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Tiny, file), folder[file]);
        }

        await File.WriteAllTextAsync(folder["chat_template.txt"], "[user]\ns{{content}}\n[reply]\n:");
        using var model = TextModel.Open(folder.Path);
        using var client = model.AsIChatClient();
        var response = await client.GetResponseAsync("he", Greedy);
        var expected = await model.GenerateAsync(
            "she:", new() { MaxTokens = 12, Sampling = new() { Temperature = 0 }, Stop = ["s"] }).ToListAsync();
        Assert.Equal(string.Concat(expected.Select(token => token.Text)), response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task Options_of_the_library_hold_where_those_of_the_chat_say_nothing()
    {
        using var model = TextModel.Open(Tiny);
        using var client = model.AsIChatClient();
        var response = await client.GetResponseAsync("ROMEO:", new()
        {
            MaxOutputTokens = 5,
            RawRepresentationFactory =
                _ => new GenerateOptions { MaxTokens = 90, Sampling = new() { Temperature = 0 } },
        });
        Assert.Equal((await client.GetResponseAsync("ROMEO:", Greedy)).Text[..5], response.Text);
    }

    [Fact]
    public async Task What_the_model_cannot_do_is_refused()
    {
        using var model = TextModel.Open(Tiny);
        using var client = model.AsIChatClient();
        ChatOptions withTool = new() { Tools = [AIFunctionFactory.CreateDeclaration("f", "", default)] };
        var tools = await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync("a", withTool));
        Assert.Contains("Tools", tools.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotSupportedException>(
            () => client.GetResponseAsync("a", new() { ResponseFormat = ChatResponseFormat.Json }));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(
            [new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => client.GetResponseAsync("a", new() { Temperature = 9 }));
    }

    [Fact]
    public async Task Cancelling_ends_the_answer()
    {
        using var model = TextModel.Open(Tiny);
        using var client = model.AsIChatClient();
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync(
                "ROMEO:", new() { MaxOutputTokens = 1_000_000 }, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
    }

    [Fact]
    public void The_model_and_its_name_are_services_and_outlive_the_client()
    {
        using var model = TextModel.Open(Tiny);
        var client = model.AsIChatClient();
        Assert.Same(model, client.GetService<TextModel>());
        Assert.Equal("tiny", client.GetService<ChatClientMetadata>()?.DefaultModelId);
        client.Dispose();
        Assert.NotEmpty(model.Tokenize("ROMEO:"));
    }
}
