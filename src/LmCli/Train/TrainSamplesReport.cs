using LmCli.Evaluate;
using LmModel.Evaluation.Samples;

namespace LmCli.Train;

/// <summary>How the trained model is drawn from by default, and why.</summary>
internal static class TrainSamplesReport
{
    /// <param name="compared">Null where the held-out text was too short.</param>
    public static IEnumerable<string> Lines(SampleComparison? compared) => compared is null
        ? ["", "The held-out text is too short to choose how to draw: generation_config.json is not written."]
        :
        [
            "",
            $"How the model writes, by {compared.Texts} short texts of each way beside the held-out text:",
            .. SampleTables.Ways(compared),
            $"Requests that do not say otherwise are drawn at {SampleGrid.Name(compared.Ways[compared.Chosen!.Value])} "
                + "(generation_config.json).",
        ];
}
