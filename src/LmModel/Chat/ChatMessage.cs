namespace LmModel.Chat;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who says it: <c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What is said, as it is; may be empty.</param>
public sealed record ChatMessage(string Role, string Content);
