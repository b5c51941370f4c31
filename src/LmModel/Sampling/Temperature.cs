using System.Runtime.Intrinsics;
using LmModel.Numerics;

namespace LmModel.Sampling;

/// <summary>
/// x′ᵢ = (xᵢ − max x) / T: below 1 sharpens the distribution, above 1 flattens it (Ackley et al. 1985).
/// </summary>
/// <remarks>The maximum, which does not matter to the softmax, is subtracted first so that no T, however small, gives
/// +∞.</remarks>
internal sealed class Temperature(float temperature) : ILogitFilter
{
    public void Apply(Candidates candidates)
    {
        var max = candidates.Max();
        var logits = candidates.Logits;
        var i = 0;
        for (; i + Softmax.Lanes <= logits.Length; i += Softmax.Lanes)
        {
            var distances = Vector256.Create<float>(logits[i..]) - Vector256.Create(max);
            (distances / temperature).CopyTo(logits[i..]);
        }

        for (; i < logits.Length; i++)
            logits[i] = (logits[i] - max) / temperature;
    }
}
