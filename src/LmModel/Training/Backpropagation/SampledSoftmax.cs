using LmModel.Numerics;
using LmModel.Training.Settings;

namespace LmModel.Training.Backpropagation;

/// <summary>
/// Draws the tokens that represent a large vocabulary in the softmax of a step (Bengio and Senécal 2008; Jean et al.
/// 2015), so that the output layer costs only as much as the sampled tokens. With 33,278 words the full output layer is
/// nine tenths of all arithmetic.
/// </summary>
/// <remarks>
/// Each token is drawn independently with a probability π that grows with its frequency, up to 1 for frequent tokens,
/// and has the weight 1 / π in the sum of the softmax. The expected sum is that of the whole vocabulary, and the terms
/// of the frequent tokens, which hold most of the mass, are exact. The target of a row is always included, with
/// weight 1.
/// </remarks>
internal sealed class SampledSoftmax
{
    // An exponent between 0 (uniform) and 1 (by frequency): the usual compromise for negatives (Mikolov et al. 2013).
    private const double Power = 0.75;

    private readonly double[] _probabilities;
    private readonly int[] _place;

    /// <param name="counts">(V): how often each token occurs in the training text.</param>
    /// <param name="size">How many tokens are drawn on average, below V.</param>
    public SampledSoftmax(long[] counts, int size)
    {
        _place = new int[counts.Length];
        _probabilities = Probabilities(counts, size);
    }

    /// <summary>Draws the candidates of a step.</summary>
    /// <param name="targets">(N) ids of the window's targets.</param>
    /// <param name="seed">Key of the draws.</param>
    /// <param name="step">The step; with the seed it determines the draws.</param>
    public Candidates Draw(int[] targets, long seed, long step)
    {
        var (ids, offsets) = (new List<int>(), new List<float>());
        Array.Fill(_place, -1);
        for (var id = 0; id < _probabilities.Length; id++)
        {
            var p = _probabilities[id];
            if (p >= 1 || Philox.Uniform(seed, (int)TrainingRandom.Sample, (step << 20) + id) < p)
            {
                Add(id, (float)-Math.Log(p));
            }
        }

        foreach (var id in targets)
        {
            if (_place[id] < 0)
            {
                Add(id, float.NegativeInfinity);
            }
        }

        return new([.. ids], [.. offsets], Array.ConvertAll(targets, id => _place[id]));

        void Add(int id, float offset)
        {
            _place[id] = ids.Count;
            ids.Add(id);
            offsets.Add(offset);
        }
    }

    /// <summary>min(1, c · frequency^0.75), with c such that the probabilities sum to the size.</summary>
    private static double[] Probabilities(long[] counts, int size)
    {
        var weights = Array.ConvertAll(counts, n => Math.Pow(n + 1, Power));
        var (low, high) = (0.0, size / weights.Min());
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = weights.Sum(w => Math.Min(1, w * middle)) < size ? (middle, high) : (low, middle);
        }

        return Array.ConvertAll(weights, w => Math.Min(1, w * high));
    }

    /// <param name="Ids">(S), each id once.</param>
    /// <param name="Offsets">(S): −ln π; −∞ for a token that was not drawn but is the target of a row.</param>
    /// <param name="Targets">(N): the index in <paramref name="Ids"/> of each row's target.</param>
    public sealed record Candidates(int[] Ids, float[] Offsets, int[] Targets);
}
