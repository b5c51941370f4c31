using System.IO.Pipelines;
using System.Text.Json;
using LmModel.Generation;
using LmModel.Tokenization;

namespace LmApi.OpenAi.Completions;

/// <summary>
/// The chunks of a completion.
/// <code>
/// data: {"id":"cmpl-1","object":"text_completion",…,"choices":[{"text":" a","index":0,"logprobs":null,"finish_reason":null}]}
///
/// </code>
/// </summary>
internal sealed class OpenAiCompletionFrames(
    PipeWriter output, ChunkHead head, OpenAiCompletion request, Tokenizer tokenizer)
    : OpenAiFrames(output, head, request.Stream!.IncludeUsage, request.N)
{
    private static readonly JsonEncodedText Text = JsonEncodedText.Encode("text");
    private static readonly JsonEncodedText Index = JsonEncodedText.Encode("index");

    private readonly int[] _characters = new int[request.Settings.Count]; // of each choice so far

    public override void WriteToken(int choice, in TokenEvent token)
    {
        if (request.Logprobs)
        {
            WriteChoice(choice, token.Text, LogprobsReply.Of(tokenizer, [token], [], _characters[choice]), null);
            _characters[choice] += LogprobsReply.Characters(token.Text);
        }
        else if (token.Text.Length > 0)
        {
            WriteChoice(choice, token.Text, null, null);
        }
    }

    protected override void WriteFinish(int choice, string reason) => WriteChoice(choice, "", null, reason);

    private void WriteChoice(int choice, string text, CompletionLogprobs? logprobs, string? finishReason)
    {
        BeginChunk();
        Json.WriteString(Text, text);
        Json.WriteNumber(Index, choice);
        EndChunk(logprobs, OpenAiCompletionJson.Wire.CompletionLogprobs, finishReason);
    }
}
