using LmApi.Generation;
using LmModel.Generation;
using LmModel.Tokenization;

namespace LmApi.Tgi;

/// <summary>The wire format of one answer.</summary>
internal sealed class TgiReply(Tokenizer tokenizer, TgiRequest request)
{
    public bool ReportsTop => request.Settings[0].Alternatives > 0;

    /// <param name="finished">The texts of <c>best_of</c>.</param>
    public TgiResponse ToResponse(IReadOnlyList<FinishedChoice> finished)
    {
        var ranked = finished.Index().OrderByDescending(choice => choice.Item.MeanLogprob).ToList();
        var (index, best) = ranked[0];
        var others = ranked.Skip(1).Select(other => new TgiSequence
        {
            GeneratedText = TextOf(other.Item),
            FinishReason = Reason(other.Item.Done),
            GeneratedTokens = other.Item.Done.CompletionTokens,
            Seed = request.Settings[other.Index].Seed,
            Tokens = Drawn(other.Item).Select(ToToken),
        }).ToList();
        return new()
        {
            GeneratedText = TextOf(best),
            Details = request.Details ? ToDetails(best, request.Settings[index].Seed, others) : null,
        };
    }

    /// <summary>The last token comes with the end.</summary>
    public TgiFrame ToFrame(in TokenEvent token, DoneEvent? done)
    {
        var text = token.Text + done?.StopSequence;
        return new()
        {
            Index = token.Index + 1,
            Token = ToToken(token) with { Text = text },
            TopTokens = ReportsTop ? Top(token) : null,
            GeneratedText = done is null ? null : request.Prefix + done.Text + done.StopSequence,
            Details = done is null ? null : new()
            {
                FinishReason = Reason(done),
                GeneratedTokens = done.CompletionTokens,
                Seed = request.Settings[0].Seed,
                InputLength = done.PromptTokens,
            },
        };
    }

    private TgiDetails ToDetails(FinishedChoice choice, long seed, List<TgiSequence> others)
    {
        var drawn = Drawn(choice).ToList();
        return new()
        {
            FinishReason = Reason(choice.Done),
            GeneratedTokens = choice.Done.CompletionTokens,
            Seed = seed,
            Prefill = choice.Tokens.SkipLast(drawn.Count).Select(token => new TgiPrefillToken
            {
                Id = token.Id,
                Text = tokenizer.Decode([token.Id]),
                Logprob = GenerationReply.Finite(token.Logprob),
            }),
            Tokens = drawn.Select((token, i) => i == drawn.Count - 1
                ? ToToken(token) with { Text = token.Text + choice.Done.StopSequence }
                : ToToken(token)),
            TopTokens = ReportsTop ? drawn.Select(token => Top(token)) : null,
            BestOfSequences = others.Count > 0 ? others : null,
        };
    }

    /// <summary>An echoed prompt is a part of the engine's text, but not of this one.</summary>
    private string TextOf(FinishedChoice choice)
    {
        var text = request.Settings[0].Echo
            ? string.Concat(Drawn(choice).Select(token => token.Text))
            : choice.Done.Text;
        return request.Prefix + text + choice.Done.StopSequence;
    }

    private static IEnumerable<TokenEvent> Drawn(FinishedChoice choice) =>
        choice.Tokens.TakeLast(choice.Done.CompletionTokens);

    private static string Reason(DoneEvent done) => done.FinishReason switch
    {
        FinishReason.Stop => "stop_sequence",
        FinishReason.Guard => "eos_token",
        _ => "length",
    };

    private IEnumerable<TgiToken> Top(TokenEvent token) => token.Alternatives.Select(top => new TgiToken
    {
        Id = top.Id,
        Text = tokenizer.Decode([top.Id]),
        Logprob = GenerationReply.Finite(top.Logprob),
    });

    private static TgiToken ToToken(TokenEvent token) => new()
    {
        Id = token.Id,
        Text = token.Text,
        Logprob = GenerationReply.Finite(token.Logprob),
    };
}
