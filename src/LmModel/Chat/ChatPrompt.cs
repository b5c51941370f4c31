using System.Text;

namespace LmModel.Chat;

/// <summary>A conversation as a text that a model continues.</summary>
/// <param name="Text">The prompt.</param>
/// <param name="Stop">Texts with which the next message would begin.</param>
public sealed record ChatPrompt(string Text, IReadOnlyList<string> Stop)
{
    /// <summary>Between two paragraphs.</summary>
    private const string Separator = "\n\n";

    /// <summary>As the model's template says; without one, as plain paragraphs.</summary>
    /// <exception cref="ArgumentException">The template has no section for the role of a message.</exception>
    internal static ChatPrompt Of(ChatTemplate? template, IReadOnlyList<ChatMessage> messages) =>
        template is null ? new(Paragraphs(messages), []) : new(template.Render(messages), template.Stop);

    /// <remarks>
    /// A model without a template has never seen marks for roles. So the messages are the paragraphs of one text, and
    /// what the model said continues the paragraph before it, exactly as it was generated: the next turn then begins
    /// with a text that the model has read, whose state is in the prefix cache.
    /// </remarks>
    private static string Paragraphs(IEnumerable<ChatMessage> messages)
    {
        var prompt = new StringBuilder();
        foreach (var message in messages)
        {
            if (prompt.Length > 0 && message.Role != ChatTemplate.Assistant)
            {
                prompt.Append(Separator);
            }

            prompt.Append(message.Content);
        }

        return prompt.ToString();
    }
}
