using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Training.Settings;
using static System.FormattableString;
using static LmModel.Training.Planning.TrainingPlanRules;

namespace LmModel.Training.Planning;

/// <summary>The sentences of a plan: what it decides, and why.</summary>
internal static class PlanReasons
{
    public static string AskedTokenizer(string kind, CorpusFacts text) => Invariant(
        $"Tokenizer: {kind}, as requested; the text has {text.Bytes:N0} bytes ")
        + Invariant($"and {text.DistinctCharacters:N0} different characters.");

    public static string Tokenizer(string kind, int vocabulary, CorpusFacts text) => kind switch
    {
        "bpe" => Invariant($"Tokenizer: bpe of {vocabulary:N0} tokens, because {text.Bytes:N0} bytes are enough ")
            + Invariant($"to learn longer tokens (more than {LargestCharacterText:N0})."),
        "bytes" => Invariant($"Tokenizer: bytes, because {text.DistinctCharacters:N0} different characters ")
            + Invariant($"in {text.Bytes:N0} bytes are seen too rarely (more than {MostCharacters})."),
        _ => Invariant($"Tokenizer: characters, because the text is short ({text.Bytes:N0} bytes) ")
            + Invariant($"and has {text.DistinctCharacters:N0} different ones."),
    };

    public static string AskedNetwork(ModelConfig network, long parameters) =>
        Invariant($"{Name(network)}, as requested: {parameters:N0} parameters in products.");

    public static string UntimedNetwork(ModelConfig network) => Invariant(
        $"{Name(network)}: no time to plan for is known, so it has at most {UntimedWidth} units.");

    public static string TimedNetwork(ModelConfig network, TrainingTime time, double epochs, double parameters) =>
        Invariant($"{Name(network)}: the widest that, in {time.Words}, reads the text {epochs:0.#} times ")
        + Invariant($"or {TokensPerParameter} tokens per parameter, and has at most {parameters:N0} ")
        + "parameters in products, which suit the length of the text.";

    public static string AskedSteps(TrainingSettings settings, double epochs) =>
        Invariant($"{Steps(settings)}, as requested: the text is read {epochs:0.0} times.");

    public static string EnoughSteps(TrainingSettings settings, double epochs, TrainingTime time) =>
        Invariant($"{Steps(settings)}. The text is read {epochs:0.0} times, which is enough for its length, ")
        + $"so this takes less than {time.Words}.";

    public static string TimedSteps(TrainingSettings settings, double epochs, TrainingTime time) =>
        Invariant($"{Steps(settings)}, as {time.Words} allow{(time.Minutes == 1 ? "s" : "")}: ")
        + Invariant($"the text is read {epochs:0.0} times.");

    public static string Speed(TrainingTime time, double tokensPerSecond) => Invariant(
        $"Speed: {time.FlopsPerSecond / 1e9:N0} GFLOP/s in matrix products, which for this network should be ")
        + Invariant($"about {tokensPerSecond:N0} tokens/s.");

    public static string Dropout(
        ModelConfig network, TrainingSettings settings, double epochs, double parametersPerToken)
    {
        var (between, input) = (network.Dropout, settings.InputDropout);
        var (token, weight) = (settings.EmbeddingDropout, settings.WeightDrop);
        var why = Invariant($"the text is read {epochs:0.0} times by {parametersPerToken:0.##} parameters ")
            + "for each of its tokens";
        return between == 0 && input == 0 && token == 0 && weight == 0
            ? $"Dropout: none, because {why}, which is hardly enough to memorize it."
            : Invariant($"Dropout: {between} between layers and before the output, {input} for the input, ")
                + Invariant($"{token} for whole tokens, {weight} for recurrent weights, because {why}.");
    }

    public static string Validation(TrainingSettings settings) =>
        Invariant($"Validation: every {settings.ValidateEvery:N0} steps on the last {settings.ValidationShare:0.##%} ")
        + "of the text, which is never trained on."
        + (settings.Patience > 0
            ? Invariant($" The training ends early after {settings.Patience} without improvement.")
            : "");

    private static string Name(ModelConfig network) =>
        $"Network: {network.Cell.Name()} of {network.Layers} x {network.HiddenSize} units, "
        + $"embedding {network.EmbeddingSize}{(network.TieWeights ? ", tied" : "")}";

    private static string Steps(TrainingSettings settings) =>
        Invariant($"Steps: {settings.Steps:N0} of {settings.BatchSize} x {settings.WindowLength} tokens");
}
