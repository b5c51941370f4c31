namespace LmApi.Models;

/// <summary>A text as tokens.</summary>
internal sealed record TokenizeResponse
{
    /// <summary>The tokens, in order.</summary>
    public required IReadOnlyList<TokenPieceResponse> Tokens { get; init; }

    /// <summary>How many there are.</summary>
    public required int Count { get; init; }
}

/// <summary>One token.</summary>
internal sealed record TokenPieceResponse
{
    /// <summary>Token id.</summary>
    public required int Id { get; init; }

    /// <summary>The text it stands for; bytes that are not a whole character are shown as U+FFFD.</summary>
    public required string Text { get; init; }

    /// <summary>The bytes it stands for, present where they are not whole characters.</summary>
    public IReadOnlyList<int>? Bytes { get; init; }
}

/// <summary>Tokens as a text.</summary>
internal sealed record DetokenizeResponse
{
    /// <summary>The text; bytes that are not valid UTF-8 are shown as U+FFFD.</summary>
    public required string Text { get; init; }
}
