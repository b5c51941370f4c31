using System.IO.Pipelines;
using LmApi.Generation;
using LmApi.Infrastructure.Problems;
using LmModel.Generation;

namespace LmApi.Tgi;

/// <summary>
/// The frames of a stream, one a token; the last one has the text and why it ended, so each token waits for the next.
/// There is no <c>[DONE]</c>.
/// <code>
/// data: {"index":1,"token":{"id":187,"text":"\n","logprob":-0.37,"special":false},"generated_text":null,"details":null}
///
/// </code>
/// </summary>
internal sealed class TgiFrames(PipeWriter output, TgiReply reply) : AnswerFrames(output)
{
    private TokenEvent? _last;

    public override void WriteToken(int choice, in TokenEvent token)
    {
        if (_last is { } last)
        {
            Write(reply.ToFrame(last, null));
        }

        _last = token;
    }

    /// <summary>A text without tokens has a frame with an empty one.</summary>
    public override void WriteDone(int choice, DoneEvent done) =>
        Write(reply.ToFrame(_last ?? new TokenEvent(0, 0, "", null, []), done));

    public override void WriteError(Problem problem, string traceId)
    {
        Write("data: "u8);
        WriteJson(
            TgiProblems.Of(problem, $"{problem.Detail} (trace_id {traceId})"), TgiJson.Wire.TgiError);
        Write("\n\n"u8);
    }

    private void Write(TgiFrame frame)
    {
        Count++;
        Write("data: "u8);
        WriteJson(frame, TgiJson.Wire.TgiFrame);
        Write("\n\n"u8);
    }
}
