using System.Text;
using LmModel.Tokenization;

namespace LmModel.Guard;

/// <summary>
/// A text as the tokenizer splits it, whatever tokens it was drawn as. A model whose next token would be refused may
/// draw <c>k</c>, <c>ing</c> instead of <c>king</c>: the tokens differ from those of the training text, the text does
/// not.
/// </summary>
/// <remarks>
/// Only the last word can still change; it is open, and everything before it is settled. An unfinished character counts
/// when it is complete.
/// </remarks>
internal sealed class SpelledText
{
    private readonly Tokenizer _tokenizer;
    private readonly TokenTail _settled;
    private readonly TokenTail _trial;
    private TokenTextDecoder _decoder;
    private string _open = "";
    private int[] _openTokens = [];
    private (int Token, int[] Settled, string Open, int[] OpenTokens) _asked = (-1, [], "", []);

    /// <param name="rule">What is refused.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="prompt">What the text continues; a run that ends in it is not refused.</param>
    public SpelledText(VerbatimRule rule, Tokenizer tokenizer, ReadOnlySpan<int> prompt)
    {
        (_tokenizer, _decoder) = (tokenizer, new TokenTextDecoder(tokenizer));
        (_settled, _trial) = (new TokenTail(rule), new TokenTail(rule));
        var end = EndOf(prompt, rule.Run);
        var cut = tokenizer.LastCut(end);
        Settle(tokenizer.Encode(end[..cut]), end[cut..], tokenizer.Encode(end[cut..]));
    }

    /// <summary>Whether the text has a run of the training text that ends in this token.</summary>
    public bool Completes(int token)
    {
        var text = _open + _decoder.Peek(token);
        var cut = _tokenizer.LastCut(text);
        var open = cut == 0 ? text : text[cut..];
        var settled = cut == 0 ? []
            : cut == _open.Length ? _openTokens
            : _tokenizer.Words.Encode(text[..cut]);
        _asked = (token, settled, open, _tokenizer.Words.Encode(open));
        _trial.CopyFrom(_settled);
        var known = 0;
        return Completes(settled, ref known) || Completes(_asked.OpenTokens, ref known);
    }

    /// <param name="token">The token that was asked about last.</param>
    public void Add(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(token, _asked.Token);
        _decoder.Append(token);
        Settle(_asked.Settled, _asked.Open, _asked.OpenTokens);
    }

    /// <param name="tokens">The next tokens of the text.</param>
    /// <param name="known">
    /// How many tokens agree with those that were open before. They are those of the prompt, or have been asked about;
    /// −1 once one does not agree.
    /// </param>
    private bool Completes(int[] tokens, ref int known)
    {
        foreach (var token in tokens)
        {
            known = known >= 0 && known < _openTokens.Length && _openTokens[known] == token ? known + 1 : -1;
            if (known < 0 && _trial.Completes(token))
            {
                return true;
            }

            _trial.Add(token);
        }

        return false;
    }

    private void Settle(int[] settled, string open, int[] openTokens)
    {
        foreach (var token in settled)
        {
            _settled.Add(token);
        }

        (_open, _openTokens) = (open, openTokens);
    }

    /// <summary>
    /// The end of a prompt, as much as decides about the next tokens: it begins where a word begins, and has a run of
    /// settled tokens. A text that is continued from its tokens therefore goes on as if it had never ended.
    /// </summary>
    private string EndOf(ReadOnlySpan<int> prompt, int run)
    {
        for (var taken = 4 * run; taken < prompt.Length; taken *= 2)
        {
            var text = Decode(prompt[^taken..]);
            var begin = _tokenizer.LastCut(text[..(text.Length / 2)]);
            if (begin > 0 && _tokenizer.Encode(text[begin.._tokenizer.LastCut(text)]).Length >= run)
            {
                return text[begin..];
            }
        }

        return Decode(prompt);
    }

    /// <summary>The text of tokens without an unfinished character, which the decoder keeps.</summary>
    private string Decode(ReadOnlySpan<int> tokens)
    {
        _decoder = new TokenTextDecoder(_tokenizer);
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            text.Append(_decoder.Append(token));
        }

        return text.ToString();
    }
}
