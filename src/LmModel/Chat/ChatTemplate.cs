namespace LmModel.Chat;

/// <summary>
/// How a conversation becomes the text that a model continues, as the <c>chat_template.txt</c> of its folder says.
/// </summary>
internal sealed record ChatTemplate
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";

    /// <summary>The roles that a template may have a section for.</summary>
    public static readonly IReadOnlyList<string> AllRoles = [System, User, Assistant];

    /// <summary>The text before the first message.</summary>
    public string Begin { get; init; } = "";

    /// <summary>What surrounds the content of a message, by role. It has <see cref="User"/>.</summary>
    public required IReadOnlyDictionary<string, ChatTurn> Turns { get; init; }

    /// <summary>The text after the last message, from which the model continues.</summary>
    public required string Reply { get; init; }

    /// <summary>The file as it is.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// Texts at which a reply ends, because with them the next message would begin: what follows the content of
    /// an assistant's message, together with what precedes the content of each other role's.
    /// </summary>
    /// <remarks>
    /// White space at their ends is left out, unless there is nothing else, because a token may have more of it.
    /// </remarks>
    public IReadOnlyList<string> Stop
    {
        get
        {
            var end = Turns.GetValueOrDefault(Assistant)?.After ?? "";
            var stops = end.Trim().Length > 0
                ? [end]
                : Turns.Where(turn => turn.Key != Assistant).Select(turn => end + turn.Value.Before);
            return [.. stops.Select(Shortened).Where(stop => stop.Length > 0).Distinct()];
        }
    }

    /// <summary>The prompt for the next message of the assistant.</summary>
    /// <exception cref="ArgumentException">The template has no section for the role of a message.</exception>
    public string Render(IEnumerable<ChatMessage> messages)
    {
        var parts = messages.Select(message => Turns.TryGetValue(message.Role, out var turn)
            ? turn.Before + message.Content + turn.After
            : throw new ArgumentException(
                $"The chat template of this model has no section for the role {message.Role}; it has "
                    + $"{string.Join(", ", Turns.Keys)}."));
        return Begin + string.Concat(parts) + Reply;
    }

    private static string Shortened(string stop) => stop.TrimEnd() is { Length: > 0 } shorter ? shorter : stop;
}

/// <summary>What surrounds the content of a message.</summary>
/// <param name="Before">The text before it.</param>
/// <param name="After">The text after it.</param>
internal sealed record ChatTurn(string Before, string After);
