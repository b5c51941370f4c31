using LmModel.Networks;
using LmModel.Training.Backpropagation;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training.Planning;

/// <summary>How fast this machine multiplies matrices now: what a plan makes a time into steps by.</summary>
internal static class MachineSpeed
{
    // The product of a step of time: 64 columns, 512 units, the gates of an LSTM.
    private const int Columns = 64;
    private const int Units = 512;
    private const int Gates = 4 * Units;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(0.7);

    /// <summary>Multiplies for most of a second.</summary>
    /// <param name="arithmetic">What the training will multiply in; null for what a training then takes.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Floating-point operations a second, a multiplication and an addition being two.</returns>
    public static double Measure(TrainingArithmetic? arithmetic, TimeProvider? time = null)
    {
        TorchRuntime.Initialize();
        return Rate(Memory.Type(arithmetic ?? ProcessorArithmetic.Fastest), time ?? TimeProvider.System);
    }

    private static double Rate(ScalarType type, TimeProvider time)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (left, right) = (ones(Columns, Units, type), ones(Units, Gates, type));
        matmul(left, right).Dispose();                                        // (B, 4H): the first one sets up
        var products = 0L;
        var begun = time.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            matmul(left, right).Dispose();
            products++;
            elapsed = time.GetElapsedTime(begun);
        }
        while (elapsed < Long);
        return products * 2.0 * Columns * Units * Gates / elapsed.TotalSeconds;
    }
}
