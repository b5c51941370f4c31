using System.IO.Pipelines;
using System.Text;
using LmApi.Generation;
using LmApi.Infrastructure.Problems;
using LmModel.Generation;

namespace LmApi.OpenAi.Responses;

/// <summary>
/// The events of a response, each with its type as its name and a number. There is no <c>[DONE]</c>.
/// <code>
/// event: response.output_text.delta
/// data: {"type":"response.output_text.delta","sequence_number":4,"output_index":0,"content_index":0,"item_id":"msg_1","delta":" a","logprobs":[]}
///
/// </code>
/// </summary>
internal sealed class ResponseFrames(PipeWriter output, ResponseReply reply) : AnswerFrames(output)
{
    public override void WriteStart()
    {
        Write(Event("response.created") with { Response = reply.Begun });
        Write(Event("response.in_progress") with { Response = reply.Begun });
        Write(Event("response.output_item.added") with { OutputIndex = 0, Item = reply.BegunItem });
        Write(TextEvent("response.content_part.added") with { Part = new() { Text = "" } });
    }

    public override void WriteToken(int choice, in TokenEvent token)
    {
        if (token.Text.Length > 0)
        {
            Write(TextEvent("response.output_text.delta") with { Delta = token.Text, Logprobs = [] });
        }
    }

    public override void WriteDone(int choice, DoneEvent done)
    {
        Write(TextEvent("response.output_text.done") with { Text = done.Text, Logprobs = [] });
        Write(TextEvent("response.content_part.done") with { Part = new() { Text = done.Text } });
        Write(Event("response.output_item.done") with { OutputIndex = 0, Item = reply.Item(done) });
        var ended = reply.Ended(done);
        Write(Event($"response.{ended.Status}") with { Response = ended });
    }

    public override void WriteError(Problem problem, string traceId) =>
        Write(Event("response.failed") with { Response = reply.Failed(problem, traceId) });

    private ResponseEvent Event(string type) => new() { Type = type, SequenceNumber = Count };

    private ResponseEvent TextEvent(string type) =>
        Event(type) with { OutputIndex = 0, ContentIndex = 0, ItemId = reply.ItemId };

    private void Write(ResponseEvent next)
    {
        Count++;
        Write(Encoding.ASCII.GetBytes($"event: {next.Type}\ndata: "));
        WriteJson(next, ResponseJson.Wire.ResponseEvent);
        Write("\n\n"u8);
    }
}
