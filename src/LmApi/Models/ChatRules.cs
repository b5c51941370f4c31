using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmModel.Chat;

namespace LmApi.Models;

/// <summary>Makes the prompt of a chat for the model that is served.</summary>
internal static class ChatRules
{
    /// <summary>The tokens of a chat, and the texts that end the answer; an error is added if there are none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="messages">The chat so far.</param>
    /// <param name="path">The member that has them.</param>
    /// <param name="maxTokens">The most tokens of a prompt.</param>
    /// <param name="errors">Of the body.</param>
    public static (int[] Tokens, IReadOnlyList<string> Stop) Encode(
        LoadedModel model, IReadOnlyList<ChatMessage> messages, string path, int maxTokens, FieldErrors errors)
    {
        try
        {
            var prompt = ChatPrompt.Of(model.Folder.ChatTemplate, messages);
            return (TokenRules.Encode(model.Tokenizer, prompt.Text, path, maxTokens, errors), prompt.Stop);
        }
        catch (ArgumentException exception)
        {
            errors.Add(path, FieldErrorCodes.NotAvailable, $"`{path}`: {exception.Message}");
            return ([], []);
        }
    }
}
