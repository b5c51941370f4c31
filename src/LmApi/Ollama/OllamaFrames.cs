using System.IO.Pipelines;
using LmApi.Generation;
using LmApi.Infrastructure.Problems;
using LmModel.Generation;

namespace LmApi.Ollama;

/// <summary>
/// The lines of an answer, each an object; the last one says that it is.
/// <code>
/// {"model":"tiny","created_at":"2025-01-01T00:00:00+00:00","response":" a","done":false}
/// </code>
/// </summary>
internal sealed class OllamaFrames(PipeWriter output, OllamaReply reply, bool logprobs) : AnswerFrames(output)
{
    public const string Lines = "application/x-ndjson";

    public override string MediaType => Lines;

    public override void WriteToken(int choice, in TokenEvent token)
    {
        if (token.Text.Length > 0 || logprobs)
        {
            Write(reply.ToLine(token));
        }
    }

    public override void WriteDone(int choice, DoneEvent done) => Write(reply.ToEnd(done, "", []));

    public override void WriteError(Problem problem, string traceId)
    {
        WriteJson(
            new() { Error = $"{problem.Detail} (trace_id {traceId})" }, OllamaJson.Wire.OllamaError);
        Write("\n"u8);
    }

    /// <summary>A line of JSON is all that clients read: there is no comment.</summary>
    public override void WriteKeepAlive()
    {
    }

    private void Write(OllamaResponse line)
    {
        Count++;
        WriteJson(line, OllamaJson.Wire.OllamaResponse);
        Write("\n"u8);
    }
}
