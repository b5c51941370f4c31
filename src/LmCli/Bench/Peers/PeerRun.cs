using LmCli.Bench.Measures;

namespace LmCli.Bench.Peers;

/// <summary>Times a peer.</summary>
internal static class PeerRun
{
    // So many that no peer meets the same token twice in a row; drawn beforehand, since drawing is not measured.
    private const int Drawn = 1024;

    /// <returns>Tokens a second, over all sequences.</returns>
    public static double Measure(Peer peer, BenchNetwork network, Budget budget)
    {
        var time = TimeProvider.System;
        var tokens = network.Prompt(Drawn + peer.Batch, seed: 7);
        var logits = new float[peer.Batch * network.Config.VocabularySize]; // (B, V)
        peer.Step(tokens.AsSpan(0, peer.Batch), logits);

        var (begun, deadline, steps) = (time.GetTimestamp(), budget.Deadline(time), 0);
        while (steps < budget.MaxTokens && time.GetTimestamp() < deadline)
        {
            peer.Step(tokens.AsSpan(steps % Drawn, peer.Batch), logits);
            steps++;
        }

        return (double)steps * peer.Batch / time.GetElapsedTime(begun).TotalSeconds;
    }
}
