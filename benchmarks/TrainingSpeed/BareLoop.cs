using System.Diagnostics;
using static TorchSharp.torch;

namespace TrainingSpeed;

/// <summary>The least that trains the network: no data, no schedule, no saving.</summary>
internal static class BareLoop
{
    /// <returns>Median over the steps.</returns>
    public static double TokensPerSecond(Shape s)
    {
        using var outer = NewDisposeScope();
        var embedding = nn.Embedding(s.Vocabulary, s.Embedding);
        var rnn = nn.LSTM(s.Embedding, s.Hidden, s.Layers, batchFirst: true);
        var fc = nn.Linear(s.Hidden, s.Vocabulary);
        var parameters = embedding.parameters().Concat(rnn.parameters()).Concat(fc.parameters()).ToList();
        var optimizer = optim.AdamW(parameters, 1e-3);
        var tokens = randint(0, s.Vocabulary, [s.Batch, s.Window + 1]);
        var (h, c) = (zeros(s.Layers, s.Batch, s.Hidden), zeros(s.Layers, s.Batch, s.Hidden));

        var rates = new List<double>();
        for (var step = 0; step < s.Steps; step++)
        {
            var begun = Stopwatch.GetTimestamp();
            using var scope = NewDisposeScope();
            var x = embedding.call(tokens.narrow(1, 0, s.Window));
            var (y, _, _) = rnn.call(x, (h, c));
            var loss = nn.functional.cross_entropy(
                fc.call(y).view(-1, s.Vocabulary),
                tokens.narrow(1, 1, s.Window).reshape(-1));
            optimizer.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(parameters, 1);
            optimizer.step();
            rates.Add(s.Batch * s.Window / Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return Numbers.Median(rates);
    }
}
