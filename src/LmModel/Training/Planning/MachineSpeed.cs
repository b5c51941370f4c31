using LmModel.Networks;
using LmModel.Training.Backpropagation;
using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training.Planning;

/// <summary>Measures the current speed of matrix products on this machine, from which a plan computes the number of
/// steps.</summary>
internal static class MachineSpeed
{
    // The matrix product of one time step: 64 columns, 512 units, the gates of an LSTM.
    private const int Columns = 64;
    private const int Units = 512;
    private const int Gates = 4 * Units;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(0.7);

    /// <summary>Multiplies for most of a second.</summary>
    /// <param name="arithmetic">The number format of the training; null for its default.</param>
    /// <param name="time">The source of the time.</param>
    /// <returns>Floating-point operations per second; a multiplication and an addition count as two.</returns>
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
        matmul(left, right).Dispose();                                        // (B, 4H); the first includes setup
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
