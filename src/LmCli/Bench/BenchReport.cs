using LmCli.Bench.Measures;
using LmCli.Bench.Peers;
using LmModel.Networks;
using LmModel.Quantization;

namespace LmCli.Bench;

/// <summary>The result as Markdown tables.</summary>
internal static class BenchReport
{
    public static void Write(TextWriter output, BenchSettings settings, BenchResult result)
    {
        var (config, budget) = (settings.Network.Config, settings.Budget);
        output.WriteLine(
            $"{settings.Network.Name}: {config.Cell.Name()} {config.Layers} × {config.HiddenSize}, E "
                + $"{config.EmbeddingSize}, V {config.VocabularySize}, {config.ParameterCount:N0} parameters.");
        output.WriteLine(
            $"{Environment.ProcessorCount} cores, threads: {settings.Threads}, {settings.Precision.Name()}; "
                + $"rounds: {settings.Rounds} of "
                + $"{(budget.Time is { } time ? $"{time.TotalSeconds} s" : $"{budget.Tokens} tokens a stream")}; "
                + "median (least–most) of the rounds.");
        output.WriteLine();
        output.WriteLine($"Engine: prompts of {settings.PromptTokens} tokens, all at once, temperature 0.8.");
        output.WriteLine();
        StreamTable.Write(
            output,
            "streams",
            result.Streams.Select(s => (s.Streams, (IReadOnlyList<StreamFigures>)s.Rounds)));
        WriteRoofline(output, result);
        WritePeers(output, result);
        WriteLongPrompts(output, result);
        var stateBytes = config.StateSize * sizeof(float);
        output.WriteLine(
            $"An idle state of {stateBytes:N0} bytes keeps {result.BytesPerIdleState:N0} bytes resident in the "
                + $"engine's prefix cache, {result.BytesPerIdleState - stateBytes:N0} beyond its own "
                + $"({StateMemory.States:N0} held).");
    }

    private static void WriteRoofline(TextWriter output, BenchResult result)
    {
        output.WriteLine(
            "| one stream's step | MB of weights | machine reads, GB/s | at most, tokens/s | step alone, "
                + "tokens/s | share, % |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var r in result.Roofline)
        {
            output.WriteLine(
                $"| {r.Precision.Name()} | {r.Bytes / 1e6:F2} | {Spread.Of(r.Bandwidth.Select(b => b / 1e9))} | "
                    + $"{Spread.Of(r.Limits)} | {Spread.Of(r.Steps)} | {Percent(r.Steps, r.Limits)} |");
        }

        output.WriteLine();
    }

    private static Spread Percent(IEnumerable<double> reached, IEnumerable<double> limits) =>
        Spread.Of(reached.Zip(limits, (r, limit) => 100 * r / limit));

    private static void WritePeers(TextWriter output, BenchResult result)
    {
        output.WriteLine("| steps without sampling | B | tokens/s | engine with B streams ÷ it | our step ÷ it |");
        output.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var (peer, rounds) in result.Steps.Concat(result.Peers))
        {
            var engine = result
                .Streams.FirstOrDefault(s => s.Streams == peer.Batch)
                .Rounds?.Select(r => r.TokensPerSecond);
            var step = peer is StepModelPeer ? null : result.Steps.First(s => s.Peer.Batch == peer.Batch).Rounds;
            output.WriteLine(
                $"| {peer.Name} | {peer.Batch} | {Spread.Of(rounds)} | {Ratio(engine, rounds)} | "
                    + $"{Ratio(step, rounds)} |");
        }

        output.WriteLine();
    }

    /// <summary>Within each round, because rounds may differ more than the compared figures.</summary>
    private static string Ratio(IEnumerable<double>? ours, IEnumerable<double> theirs) =>
        ours is null ? "—" : Spread.Of(ours.Zip(theirs, (o, t) => o / t)).ToString();

    private static void WriteLongPrompts(TextWriter output, BenchResult result)
    {
        Spread Over(Func<(StreamFigures Alone, StreamFigures Beside), double> figure) =>
            Spread.Of(result.LongPrompts.Select(figure));
        output.WriteLine(
            $"{BenchRun.StreamsBesideLongPrompts} streams while prompts of {EngineRun.LongPrompt:N0} tokens keep "
                + "arriving, one at a time:");
        output.WriteLine();
        output.WriteLine("| | without | with | with ÷ without |");
        output.WriteLine("| --- | --- | --- | --- |");
        output.WriteLine(
            $"| between tokens p99, ms | {Over(r => r.Alone.Between.P99)} | {Over(r => r.Beside.Between.P99)} | "
                + $"{Over(r => r.Beside.Between.P99 / r.Alone.Between.P99)} |");
        output.WriteLine(
            $"| tokens/s | {Over(r => r.Alone.TokensPerSecond)} | {Over(r => r.Beside.TokensPerSecond)} | "
                + $"{Over(r => r.Beside.TokensPerSecond / r.Alone.TokensPerSecond)} |");
        output.WriteLine();
    }
}
