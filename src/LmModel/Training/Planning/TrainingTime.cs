using static System.FormattableString;

namespace LmModel.Training.Planning;

/// <summary>The time that a training is planned for.</summary>
/// <param name="Minutes">Above 0.</param>
/// <param name="FlopsPerSecond">The machine's rate of matrix products, see <see cref="MachineSpeed"/>.</param>
internal sealed record TrainingTime(double Minutes, double FlopsPerSecond)
{
    /// <summary>The time in words, such as <c>20 minutes</c>.</summary>
    public string Words => Invariant($"{Minutes:0.##} minute{(Minutes == 1 ? "" : "s")}");
}
