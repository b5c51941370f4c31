using System.Text.Json.Serialization;

namespace LmModel.Audits;

/// <summary>One measured number, with what is needed to judge it.</summary>
internal sealed record AuditFigure
{
    /// <summary>Short, stable and unique within its section, such as <c>membership_auc</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What the number is, in one sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>The unit: <c>share</c>, <c>AUC</c>, <c>characters</c>, <c>bits/byte</c> and so on.</summary>
    public required string Unit { get; init; }

    /// <summary>The number; null if it cannot be told, and then <see cref="NotApplicable"/> says why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Value { get; init; }

    /// <summary>The lower end of the 95 % interval; null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Low { get; init; }

    /// <summary>The upper end of the 95 % interval; null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? High { get; init; }

    /// <summary>The reason why the value could not be determined.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NotApplicable { get; init; }

    /// <summary>What a good value would be, such as "0.5: members are not told from others".</summary>
    public required string Good { get; init; }

    /// <summary>What a bad value would be.</summary>
    public required string Bad { get; init; }

    /// <summary>How this value is to be judged, by the bounds that the measure states.</summary>
    public required AuditVerdict Verdict { get; init; }

    public IEnumerable<string> Problems()
    {
        if (Value is null != NotApplicable is not null || Value is null != (Verdict == AuditVerdict.NotApplicable))
        {
            yield return "must have either a value and a verdict, or the reason why it is not applicable";
        }

        if (Low is null != High is null || Low > High)
        {
            yield return FormattableString.Invariant(
                $"low and high must be the ends of an interval, not {Low} and {High}");
        }

        foreach (var problem in NotFinite([Value, Low, High]))
        {
            yield return problem;
        }
    }

    /// <summary>One sentence for each number that is infinite or NaN; null is no number.</summary>
    internal static IEnumerable<string> NotFinite(IEnumerable<double?> numbers) =>
        from number in numbers
        where number is { } given && !double.IsFinite(given)
        select FormattableString.Invariant($"must have finite numbers, not {number}");
}

/// <summary>How a figure is to be judged.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuditVerdict>))]
internal enum AuditVerdict
{
    /// <summary>As good as can be asked of a model.</summary>
    [JsonStringEnumMemberName("good")] Good,

    /// <summary>Neither good nor bad, or its interval holds both.</summary>
    [JsonStringEnumMemberName("between")] Between,

    /// <summary>Something should be done; a note of the section says what.</summary>
    [JsonStringEnumMemberName("bad")] Bad,

    /// <summary>The figure only describes the model or gives the scale for another figure.</summary>
    [JsonStringEnumMemberName("neutral")] Neutral,

    /// <summary>It cannot be told, and the figure says why.</summary>
    [JsonStringEnumMemberName("not_applicable")] NotApplicable,
}
