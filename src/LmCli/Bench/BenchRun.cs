using LmCli.Bench.Measures;
using LmCli.Bench.Peers;
using LmModel.Inference;
using LmModel.Quantization;

namespace LmCli.Bench;

/// <summary>
/// Measures everything in every round, one after another, so that whatever changes on the machine meanwhile changes
/// all of them: ratios are taken inside a round.
/// </summary>
internal static class BenchRun
{
    /// <summary>Streams beside which long prompts are read.</summary>
    public const int StreamsBesideLongPrompts = 32;

    // The threads of a peer continue to spin for a while after its last work.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    public static async Task<BenchResult> MeasureAsync(
        BenchSettings settings, TextWriter progress, CancellationToken cancellation)
    {
        var network = settings.Network;

        var models = Enum.GetValues<Precision>().ToDictionary(p => p, p => network.Open(p, settings.Threads));
        var model = models[settings.Precision];

        // Measured first, because memory freed by other measurements would hide the states.
        var bytesPerState = await StateMemory.ResidentBytesPerStateAsync(network, model);
        var peers = settings.OpenPeers();
        try
        {
            var result = new BenchResult
            {
                BytesPerIdleState = bytesPerState,
                Roofline =
                [
                    .. models.Values.Select(m => new RooflineFigures(
                        m.Precision,
                        m.BytesPerStep,
                        new StepModelPeer(m, 1))),
                ],
                Streams = [.. settings.Streams.Select(n => (n, new List<StreamFigures>()))],
                Steps = [.. peers.Select(p => p.Batch).Prepend(1).Distinct().Order()
                    .Select(b => ((Peer)new StepModelPeer(model, b), new List<double>()))],
                Peers = [.. peers.Select(p => (p, new List<double>()))],
            };
            for (var round = 0; round <= settings.Rounds; round++)
            {
                await progress.WriteLineAsync(round == 0 ? "warming up" : $"round {round} of {settings.Rounds}");
                await RoundAsync(settings, model, result, warmUp: round == 0, cancellation);
            }

            return result;
        }
        finally
        {
            foreach (var disposable in peers.Concat<IDisposable>(models.Values))
            {
                disposable.Dispose();
            }
        }
    }

    private static async Task RoundAsync(
        BenchSettings settings, IStepModel model, BenchResult result, bool warmUp, CancellationToken cancellation)
    {
        var network = settings.Network;
        var budget = warmUp ? settings.Budget.WarmUp() : settings.Budget;
        void Keep<T>(List<T> list, T figure)
        {
            if (!warmUp)
            {
                list.Add(figure);
            }

            cancellation.ThrowIfCancellationRequested();
        }

        foreach (var roofline in result.Roofline)
        {
            Keep(roofline.Bandwidth, ReadBandwidth.Measure(roofline.Bytes, settings.Threads));
            Keep(roofline.Steps, PeerRun.Measure(roofline.Step, network, budget));
        }

        foreach (var (streams, rounds) in result.Streams)
        {
            Keep(rounds, await EngineRun.MeasureAsync(network, model, streams, settings.PromptTokens, budget));
        }

        Task<StreamFigures> Beside(bool longPrompts) => EngineRun.MeasureAsync(
            network, model, StreamsBesideLongPrompts, settings.PromptTokens, budget, longPrompts);
        Keep(result.LongPrompts, (await Beside(longPrompts: false), await Beside(longPrompts: true)));

        foreach (var (peer, rounds) in result.Steps.Concat(result.Peers))
        {
            Keep(rounds, PeerRun.Measure(peer, network, budget));
            await Task.Delay(Settling, cancellation);
        }
    }
}
