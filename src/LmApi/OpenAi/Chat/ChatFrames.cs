using System.IO.Pipelines;
using System.Text.Json;
using LmModel.Generation;
using LmModel.Tokenization;

namespace LmApi.OpenAi.Chat;

/// <summary>
/// The chunks of a chat: the first one of each choice has the role, the last one the reason for its end.
/// <code>
/// data: {"id":"chatcmpl-1","object":"chat.completion.chunk",…,"choices":[{"index":0,"delta":{"content":" a"},"logprobs":null,"finish_reason":null}]}
///
/// </code>
/// </summary>
internal sealed class ChatFrames(PipeWriter output, ChunkHead head, ChatRequest request, Tokenizer tokenizer)
    : OpenAiFrames(output, head, request.Stream!.IncludeUsage, request.Settings.Count)
{
    private static readonly JsonEncodedText Index = JsonEncodedText.Encode("index");
    private static readonly JsonEncodedText Delta = JsonEncodedText.Encode("delta");
    private static readonly JsonEncodedText Role = JsonEncodedText.Encode("role");
    private static readonly JsonEncodedText Content = JsonEncodedText.Encode("content");

    public override void WriteStart()
    {
        for (var choice = 0; choice < request.Settings.Count; choice++)
        {
            WriteChoice(choice, "", "assistant", null, null);
        }
    }

    public override void WriteToken(int choice, in TokenEvent token)
    {
        if (request.Logprobs)
        {
            WriteChoice(choice, token.Text, null, ChatLogprobs.Of(tokenizer, [token]), null);
        }
        else if (token.Text.Length > 0)
        {
            WriteChoice(choice, token.Text, null, null, null);
        }
    }

    protected override void WriteFinish(int choice, string reason) => WriteChoice(choice, null, null, null, reason);

    private void WriteChoice(int choice, string? text, string? role, ChatLogprobs? logprobs, string? finishReason)
    {
        BeginChunk();
        Json.WriteNumber(Index, choice);
        Json.WriteStartObject(Delta);
        if (role is not null)
        {
            Json.WriteString(Role, role);
        }

        if (text is not null)
        {
            Json.WriteString(Content, text);
        }

        Json.WriteEndObject();
        EndChunk(logprobs, ChatJson.Wire.ChatLogprobs, finishReason);
    }
}
