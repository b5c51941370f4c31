using LmModel.Corpora;
using LmModel.Training.Planning;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training.Planning;

/// <summary>Plans for English texts on a machine of a fixed speed.</summary>
internal static class TestPlan
{
    public const double Speed = 100e9;

    public static CorpusFacts English(long bytes) => new(bytes, bytes, 65);

    public static TrainingPlan Plan(
        CorpusFacts text,
        double minutes,
        TrainingChoices? given = null,
        double speed = Speed
    ) => TrainingPlan.Make(text, given ?? new(), new TrainingTime(minutes, speed));
}
