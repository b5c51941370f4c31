using System.Text;
using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Inference;

/// <summary>
/// One text being made: the tokens to step, its state, and what each step's logits mean. It knows nothing of threads,
/// batches or the network. Not thread-safe.
/// </summary>
/// <remarks>
/// The model steps p0 … pn−1 and then the drawn tokens, but not the last one, whose logits nobody needs:
/// <code>
/// step      p0    p1    …  pn-1   t0    t1   …  tm-2
/// logits of    p1    p2  …     t0    t1    t2  …    tm-1
/// </code>
/// </remarks>
internal sealed class Sequence
{
    private readonly GenerationSettings _settings;
    private readonly TimeProvider _time;
    private readonly long _submitted;
    private readonly Sampler _sampler;
    private readonly TokenTextDecoder _decoder;
    private readonly StopMatcher _stop;
    private readonly StringBuilder _text = new();
    private TimeSpan? _queued;
    private TimeSpan _firstToken;
    private int _stepped;
    private int _events;
    private int _drawn;
    private int _next;

    /// <param name="settings">What to make.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="startToken">Stepped in place of an empty prompt.</param>
    /// <param name="stateSize">Floats in the model's state.</param>
    /// <param name="time">Clock of <see cref="GenerationTimings"/>, which start now.</param>
    /// <param name="candidates">What <see cref="Accept"/> works with; shared by the sequences of one thread.</param>
    public Sequence(
        GenerationSettings settings, Tokenizer tokenizer, int startToken, int stateSize, TimeProvider time,
        Candidates candidates)
    {
        _settings = settings;
        _time = time;
        _submitted = time.GetTimestamp();
        _sampler = new Sampler(settings.Sampling, settings.Seed, candidates);
        _stop = new StopMatcher(settings.Stop);
        _decoder = new TokenTextDecoder(tokenizer);
        _next = settings.PromptTokens is [var first, ..] ? first : startToken;
        State = RecurrentState.Zero(stateSize);
    }

    /// <summary>After the tokens stepped so far.</summary>
    public RecurrentState State { get; }

    /// <summary>The last event has been given; nothing may be stepped any more.</summary>
    public bool Finished { get; private set; }

    /// <summary>The token to step next. Asking for the first one ends the time in the queue.</summary>
    public int NextToken()
    {
        _queued ??= _time.GetElapsedTime(_submitted);
        return _next;
    }

    /// <summary>Goes on from the logits that stepping <see cref="NextToken"/> gave.</summary>
    /// <param name="logits">(V).</param>
    /// <param name="events">Receives what there is to report: at most two token events and the end.</param>
    public void Accept(ReadOnlySpan<float> logits, List<GenerationEvent> events)
    {
        var prompt = _settings.PromptTokens;
        if (_stepped < prompt.Length)
        {
            ReadPrompt(prompt, logits, events);
        }

        if (_stepped >= prompt.Length)
        {
            Draw(logits, events);
        }
    }

    private void ReadPrompt(int[] prompt, ReadOnlySpan<float> logits, List<GenerationEvent> events)
    {
        _sampler.ObservePrompt(_next);
        if (_settings.Echo && _stepped == 0)
        {
            events.Add(Report(_next, _decoder.Append(_next), null, []));
        }

        if (++_stepped < prompt.Length)
        {
            _next = prompt[_stepped];
            if (_settings.Echo)
            {
                events.Add(Report(_next, _decoder.Append(_next), logits));
            }
        }
    }

    private void Draw(ReadOnlySpan<float> logits, List<GenerationEvent> events)
    {
        _next = _sampler.Draw(logits, _drawn);
        if (_drawn++ == 0)
        {
            _firstToken = _time.GetElapsedTime(_submitted);
        }

        var text = _stop.Append(_decoder.Append(_next));
        var full = _drawn == _settings.MaxTokens;
        if (full && !_stop.Stopped)
        {
            text += _stop.Flush();
        }

        events.Add(Report(_next, text, logits));
        if (full || _stop.Stopped)
        {
            events.Add(Finish());
        }
    }

    private DoneEvent Finish()
    {
        Finished = true;
        var timings = new GenerationTimings(_queued!.Value, _firstToken, _time.GetElapsedTime(_submitted));
        var reason = _stop.Stopped ? FinishReason.Stop : FinishReason.Length;
        return new DoneEvent(reason, _text.ToString(), _settings.PromptTokens.Length, _drawn, timings);
    }

    private TokenEvent Report(int id, string text, ReadOnlySpan<float> logits)
    {
        var logSum = Logprobs.LogSumExp(logits);
        var alternatives = Array.ConvertAll(
            Logprobs.Top(logits, _settings.Alternatives, logSum), top => new TokenAlternative(top.Id, top.Logprob));
        return Report(id, text, Logprobs.Of(logits, id, logSum), alternatives);
    }

    private TokenEvent Report(int id, string text, float? logprob, IReadOnlyList<TokenAlternative> alternatives)
    {
        _text.Append(text);
        return new TokenEvent(_events++, id, text, logprob, alternatives);
    }
}
