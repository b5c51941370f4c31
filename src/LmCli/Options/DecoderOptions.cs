using System.CommandLine;
using LmModel.Inference.Engines;
using LmModel.Quantization;

namespace LmCli.Options;

/// <summary>How the model of a command is stepped.</summary>
internal static class DecoderOptions
{
    public static Option<InferenceEngine> Engine() => Names(
        new Option<InferenceEngine>("--engine") { DefaultValueFactory = _ => InferenceEngine.Managed },
        "managed: without libtorch. torch: the reference, with libtorch, fp32 only.");

    public static Option<Precision?> Precision(string description) =>
        Names(new Option<Precision?>("--precision"), $"How the weights are stored. {description}");

    public static Option<int?> Threads(string description) =>
        new Option<int?>("--threads") { Description = $"Threads that compute. {description}" }
            .Refuse(threads => threads < 1 ? $"must be at least 1, not {threads}." : null);

    /// <summary>Accepts the names of an enum in lower case, but not its numbers.</summary>
    private static Option<T> Names<T>(Option<T> option, string description)
    {
        var names = Enum.GetNames(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T))
            .Select(n => n.ToLowerInvariant())
            .ToArray();
        option.Description = description;
        option.HelpName = string.Join('|', names);
        return option.AcceptOnlyFromAmong(names);
    }
}
