using LmModel.Inference.Managed;
using LmModel.Inference.Torch;
using LmModel.Networks;
using LmModel.Quantization;

namespace LmModel.Inference.Engines;

/// <summary>What steps a model.</summary>
public enum InferenceEngine
{
    /// <summary><see cref="ManagedStepModel"/>: fast, the same bits in any batch, and no libtorch.</summary>
    Managed,

    /// <summary><see cref="TorchStepModel"/>: the reference that the other must agree with.</summary>
    Torch,
}

/// <summary>Creates the requested step model.</summary>
internal static class StepModels
{
    /// <summary>As people read and write it: <c>managed</c> or <c>torch</c>.</summary>
    public static string Name(this InferenceEngine engine) => engine.ToString().ToLowerInvariant();

    /// <param name="weights">They are copied.</param>
    /// <param name="engine">What steps it.</param>
    /// <param name="precision">How the weights are stored; torch supports only fp32.</param>
    /// <param name="threads">Threads of a step, at least 1; torch takes them for the whole process.</param>
    /// <exception cref="ArgumentException">
    /// The engine does not have the precision.
    /// </exception>
    /// <exception cref="TorchUnavailableException">Torch was requested, and does not load on this machine.</exception>
    public static IStepModel Create(
        NetworkWeights weights,
        InferenceEngine engine,
        Precision precision,
        int threads)
    {
        CheckOffered(engine, precision);
        if (engine is InferenceEngine.Managed)
        {
            return new ManagedStepModel(weights, precision, threads);
        }

        TorchRuntime.Initialize(threads);
        return new TorchStepModel(weights);
    }

    /// <summary>
    /// The requested precision; else the default of the model, or fp32 if the engine supports nothing else.
    /// </summary>
    /// <exception cref="ArgumentException">The engine does not have the precision that was requested.</exception>
    public static Precision PrecisionFor(InferenceEngine engine, Precision? asked, Precision modelDefault)
    {
        var precision = asked ?? (engine is InferenceEngine.Torch ? Precision.Fp32 : modelDefault);
        CheckOffered(engine, precision);
        return precision;
    }

    /// <summary>Whether an engine supports a precision: torch supports only fp32.</summary>
    public static bool Offers(InferenceEngine engine, Precision precision) =>
        engine is InferenceEngine.Managed || precision is Precision.Fp32;

    private static void CheckOffered(InferenceEngine engine, Precision precision)
    {
        if (!Offers(engine, precision))
        {
            throw new ArgumentException(
                $"The torch engine supports fp32 only, not {precision.Name()}; the managed engine supports "
                    + "all precisions.");
        }
    }
}
