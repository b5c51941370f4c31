using System.Runtime.CompilerServices;
using LmModel.Inference;
using LmModel.Tokenization;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace LmModel.Extensions.AI;

/// <summary>A chat with a <see cref="TextModel"/> in this process, for programs that use Microsoft.Extensions.AI.</summary>
/// <remarks>
/// The conversation becomes the text that the model continues as its <c>chat_template.txt</c> says; without one, as the
/// paragraphs of a text (<see cref="TextModel.PromptFor"/>). Whatever <see cref="ChatOptions"/> leave out is what the
/// model folder says. All members may be called from several threads. Disposing the client does not dispose the model,
/// which others may use.
/// </remarks>
/// <param name="model">Stays open as long as the client is used.</param>
public sealed class TextModelChatClient(TextModel model) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("lmservice", null, model.Name);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">
    /// A message is more than text, or the options ask for tools or a format: the model knows neither.
    /// </exception>
    /// <exception cref="ArgumentException">An option is outside of its range, or the template lacks a role.</exception>
    /// <exception cref="UnknownCharacterException">The vocabulary lacks a character of a message.</exception>
    /// <exception cref="NonFiniteLogitsException">The weights give a logit that is not a number.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<AiMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <inheritdoc cref="GetResponseAsync" path="/exception"/>
    /// <returns>The text as it is drawn, then an update with the reason for its end and the usage.</returns>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AiMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var prompt = model.PromptFor([.. messages.Select(ChatRequest.ToMessage)]);
        var settings = ChatRequest.ToOptions(options, this, model, prompt);
        var id = Guid.NewGuid().ToString("N");
        ChatResponseUpdate Update(IList<AIContent> contents) => new(ChatRole.Assistant, contents)
        {
            ResponseId = id,
            MessageId = id,
            ModelId = model.Name,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        var tokens = 0;
        await foreach (var token in model.GenerateAsync(prompt.Text, settings, cancellationToken))
        {
            tokens++;
            if (token.Text.Length > 0)
            {
                yield return Update([new TextContent(token.Text) { RawRepresentation = token }]);
            }
        }

        var read = model.Tokenize(prompt.Text).Length;
        var last = Update([new UsageContent(new()
        {
            InputTokenCount = read,
            OutputTokenCount = tokens,
            TotalTokenCount = read + tokens,
        })]);
        last.FinishReason = tokens == settings.MaxTokens ? ChatFinishReason.Length : ChatFinishReason.Stop;
        yield return last;
    }

    /// <summary>The model, the client itself, or its metadata.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(TextModel) ? model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing: the model belongs to whoever opened it.</summary>
    public void Dispose()
    {
    }
}
