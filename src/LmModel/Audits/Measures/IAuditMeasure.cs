namespace LmModel.Audits.Measures;

/// <summary>One part of an audit: asks a question of a model and answers it in a section of the report.</summary>
internal interface IAuditMeasure
{
    /// <summary>The name of its section, which also selects it on the command line.</summary>
    string Name { get; }

    /// <summary>Measures. Deterministic: the same subject gives the same section.</summary>
    Task<AuditSection> MeasureAsync(AuditSubject subject, CancellationToken cancellation);
}
