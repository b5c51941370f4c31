using LmModel.Training.Planning;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training.Planning;

[Collection(RunsAlone.Name)]
public sealed class MachineSpeedTests
{
    [Fact]
    public void The_speed_is_measured_in_each_arithmetic() =>
        Assert.All(
            [TrainingArithmetic.Fp32, TrainingArithmetic.Bf16],
            a => Assert.InRange(MachineSpeed.Measure(a), 1e6, 1e18));
}
