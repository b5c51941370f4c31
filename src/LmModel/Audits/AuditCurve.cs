using System.Text.Json.Serialization;

namespace LmModel.Audits;

/// <summary>How a number depends on another, for one or several cases: what a plot shows.</summary>
internal sealed record AuditCurve
{
    /// <summary>Short, stable and unique within its section.</summary>
    public required string Name { get; init; }

    /// <summary>What is shown, in one sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>What the x axis counts, with its unit.</summary>
    public required string X { get; init; }

    /// <summary>What the y axis measures, with its unit.</summary>
    public required string Y { get; init; }

    /// <summary>The cases, at least one.</summary>
    public required IReadOnlyList<AuditSeries> Series { get; init; }

    public IEnumerable<string> Problems()
    {
        if (Series.Count == 0)
        {
            yield return "series must have at least one";
        }

        var points = Series.SelectMany(series => series.Points);
        foreach (var problem in AuditFigure.NotFinite(points.SelectMany(p => new[] { p.X, p.Y, p.Low, p.High })))
        {
            yield return problem;
        }
    }
}

/// <summary>One line of a plot.</summary>
internal sealed record AuditSeries
{
    /// <summary>What it is the line of.</summary>
    public required string Name { get; init; }

    /// <summary>In increasing order of <see cref="AuditPoint.X"/>.</summary>
    public required IReadOnlyList<AuditPoint> Points { get; init; }
}

/// <summary>A point of a line, with its 95 % interval where there is one.</summary>
internal sealed record AuditPoint
{
    public required double X { get; init; }

    public required double Y { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Low { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? High { get; init; }
}
