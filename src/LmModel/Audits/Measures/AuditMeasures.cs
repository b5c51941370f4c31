namespace LmModel.Audits.Measures;

/// <summary>Everything that an audit measures, in the order of its report.</summary>
internal static class AuditMeasures
{
    public static readonly IReadOnlyList<IAuditMeasure> All = [];
}
