namespace LmModel.Guard;

/// <summary>
/// The last tokens of a text, one fewer than a refused run has, so that one more token completes a run.
/// </summary>
/// <param name="rule">What is refused.</param>
internal sealed class TokenTail(VerbatimRule rule)
{
    // The last place is for the token that is asked about.
    private readonly int[] _run = new int[rule.Run];
    private int _count;

    /// <summary>Whether this token would complete a run of the training text.</summary>
    public bool Completes(int token)
    {
        _run[^1] = token;
        return _count == _run.Length - 1 && rule.Filter.HasRun(_run);
    }

    public void Add(int token)
    {
        _run[^1] = token;
        _run.AsSpan(1).CopyTo(_run);
        _count = Math.Min(_count + 1, _run.Length - 1);
    }

    /// <summary>Takes over the tokens of another tail of the same rule.</summary>
    public void CopyFrom(TokenTail other)
    {
        other._run.CopyTo(_run, 0);
        _count = other._count;
    }
}
