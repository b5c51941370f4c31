using Microsoft.Extensions.AI;

namespace LmModel.Extensions.AI;

/// <summary>Makes chat clients of models.</summary>
public static class ChatClientExtensions
{
    /// <summary>A chat with the model, which stays open as long as the client is used.</summary>
    public static IChatClient AsIChatClient(this TextModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new TextModelChatClient(model);
    }
}
