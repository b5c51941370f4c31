using LmModel.Audits.Measures;
using LmModel.Audits.Measures.Robustness;

namespace LmModel.Audits.Running;

/// <summary>Everything that an audit measures, in the order of its report.</summary>
internal static class AuditMeasures
{
    public static readonly IReadOnlyList<IAuditMeasure> All =
    [
        new RobustnessMeasure(),
    ];
}
