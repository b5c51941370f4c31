using LmModel.Generation;
using LmModel.Inference.Managed;
using LmModel.Numerics;

namespace LmModel.Tests.Generation;

public sealed class NeuralCacheTests
{
    private const int Hidden = 37;
    private const int Vocabulary = 29;

    /// <summary>Sizes within a panel of 64 positions, of exactly one, beyond it, and larger than the text.</summary>
    [Theory]
    [InlineData(1, 0.3f, 0.2f)]
    [InlineData(7, 1f, 0.9f)]
    [InlineData(64, 0f, 0.13f)]
    [InlineData(100, 0.662f, 0.1279f)]
    [InlineData(1000, 3f, 0.5f)]
    public void The_mixture_matches_the_formula(int size, float theta, float lambda)
    {
        var text = Text(250);
        using var cache = new NeuralCache(size, Hidden, Vocabulary);
        for (var t = 0; t < text.Length; t++)
        {
            var (h, next, logits) = text[t];
            var expected = Oracle(text[Math.Max(0, t - size)..t], h, logits, theta, lambda);
            var mixed = logits.ToArray();

            cache.Mix(h, mixed, theta, lambda);

            var actual = Probabilities(mixed);
            Assert.Equal(1, actual.Sum(), 1e-12);
            for (var w = 0; w < Vocabulary; w++)
            {
                Assert.Equal(expected[w], actual[w], 1e-5);
            }

            cache.Compare(h);
            var model = Probabilities(logits);
            var cached = cache.Probability(theta, next);
            Assert.Equal(expected[next], t == 0 ? model[next] : (lambda * cached) + ((1 - lambda) * model[next]), 1e-5);
            cache.Add(h, next);
            Assert.Equal(Math.Min(t + 1, size), cache.Count);
        }
    }

    [Fact]
    public void Zero_weight_or_an_empty_cache_leaves_the_logits_unchanged()
    {
        var text = Text(20);
        using var cache = Filled(text, size: 10);
        using var empty = new NeuralCache(10, Hidden, Vocabulary);
        var (h, _, logits) = text[0];
        var mixed = logits.ToArray();

        cache.Mix(h, mixed, theta: 1, lambda: 0);
        empty.Mix(h, mixed, theta: 1, lambda: 0.5f);

        Assert.Equal(logits, mixed);
    }

    [Fact]
    public void Every_vector_width_gives_the_same_bits()
    {
        var text = Text(150);
        var results = Kernels().Select(kernels => Mixed(text, 100, kernels)).ToArray();

        Assert.True(results.Length > 1);
        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    /// <summary>
    /// Where in the ring a position lies must not show: an echoed prompt fills it from another token on.
    /// </summary>
    [Theory]
    [InlineData(3)]
    [InlineData(70)]
    public void Only_the_last_positions_affect_the_mixture(int size)
    {
        var text = Text(200);

        Assert.Equal(Mixed(text[^size..], size), Mixed(text, size));
    }

    [Fact]
    public void A_cleared_cache_behaves_like_a_new_one()
    {
        var text = Text(30);
        using var cache = Filled(text[..20], size: 8);
        cache.Clear();
        foreach (var (h, next, _) in text[20..])
        {
            cache.Add(h, next);
        }

        Assert.Equal(Mixed(text[20..], 8), Mixed(cache));
    }

    [Fact]
    public void A_token_that_the_model_excludes_can_come_from_the_cache()
    {
        var text = Text(1);
        using var cache = Filled(text, size: 1);
        var (h, next, logits) = text[0];
        logits[next] = float.NegativeInfinity;

        cache.Mix(h, logits, theta: 1, lambda: 0.25f);

        Assert.Equal(0.25, Probabilities(logits)[next], 1e-6);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Logits_that_are_not_a_distribution_are_left_unchanged(float value)
    {
        var text = Text(5);
        using var cache = Filled(text, size: 5);
        float[] logits = [.. Enumerable.Repeat(value, Vocabulary)];

        cache.Mix(text[0].Hidden, logits, theta: 1, lambda: 0.5f);

        Assert.All(logits, logit => Assert.Equal(value, logit));
    }

    [Fact]
    public void Non_finite_states_are_refused()
    {
        var text = Text(2);
        using var cache = Filled(text, size: 5);
        float[] broken = [.. text[0].Hidden];
        broken[3] = float.NaN;
        float[] huge = [.. Enumerable.Repeat(3e38f, Hidden)];

        Assert.Contains("NaN", Assert.Throws<InvalidOperationException>(() => cache.Add(broken, 1)).Message);
        Assert.Throws<InvalidOperationException>(() => cache.Mix(broken, new float[Vocabulary], 1, 0.5f));
        cache.Add(huge, 1);
        Assert.Throws<InvalidOperationException>(() => cache.Mix(huge, new float[Vocabulary], 1, 0.5f));
    }

    [Theory]
    [InlineData(0, 1f, 0.1f, "size")]
    [InlineData(100_001, 1f, 0.1f, "size")]
    [InlineData(10, -0.1f, 0.1f, "theta")]
    [InlineData(10, float.NaN, 0.1f, "theta")]
    [InlineData(10, float.PositiveInfinity, 0.1f, "theta")]
    [InlineData(10, 1f, -0.1f, "lambda")]
    [InlineData(10, 1f, 1f, "lambda")]
    [InlineData(10, 1f, float.NaN, "lambda")]
    public void Settings_out_of_range_are_refused(int size, float theta, float lambda, string which)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new NeuralCacheSettings(size, theta, lambda));

        Assert.Equal(which, error.ParamName);
        Assert.Contains($"The {which} of a neural cache must be ", error.Message);
    }

    [Fact]
    public void The_size_of_a_cache_is_bounded_by_its_option_and_by_the_text()
    {
        var full = NeuralCache.Bytes(2000, 1_000_000, hidden: 512, vocabularySize: 256);

        Assert.InRange(full, 2000 * 512 * 4, 1.1 * 2000 * 512 * 4);
        Assert.Equal(full, NeuralCache.Bytes(2000, 2000, 512, 256));
        Assert.InRange(NeuralCache.Bytes(2000, 64, 512, 256), 64 * 512 * 4, (64 * 512 * 4) + 100_000);
    }

    private static IEnumerable<StepKernels> Kernels() =>
    [
        StepKernels.Scalar,
        .. Float128.IsSupported ? new[] { StepKernels.Vector128 } : [],
        .. Float256.IsSupported ? new[] { StepKernels.Vector256 } : [],
        .. Float512.IsSupported ? new[] { StepKernels.Vector512 } : [],
    ];

    private static float[] Mixed(
        (float[] Hidden, int Next, float[] Logits)[] text,
        int size,
        StepKernels? kernels = null)
    {
        using var cache = Filled(text, size, kernels);
        return Mixed(cache);
    }

    /// <summary>What comes of always the same state and logits.</summary>
    private static float[] Mixed(NeuralCache cache)
    {
        var (h, _, logits) = Text(1, seed: 99)[0];
        cache.Mix(h, logits, theta: 0.7f, lambda: 0.3f);
        return logits;
    }

    private static NeuralCache Filled(
        (float[] Hidden, int Next, float[] Logits)[] text,
        int size,
        StepKernels? kernels = null)
    {
        var cache = new NeuralCache(size, Hidden, Vocabulary, kernels);
        foreach (var (h, next, _) in text)
        {
            cache.Add(h, next);
        }

        return cache;
    }

    private static (float[] Hidden, int Next, float[] Logits)[] Text(int length, int seed = 1)
    {
        var random = new Random(seed);
        float[] Floats(int count, float bound) =>
            [.. Enumerable.Range(0, count).Select(_ => bound * ((2 * random.NextSingle()) - 1))];
        return
        [
            .. Enumerable
                .Range(0, length)
                .Select(_ => (Floats(Hidden, 1), random.Next(Vocabulary), Floats(Vocabulary, 5))),
        ];
    }

    /// <summary>The formula as it stands, in double precision.</summary>
    private static double[] Oracle(
        (float[] Hidden, int Next, float[] Logits)[] past, float[] h, float[] logits, float theta, float lambda)
    {
        var model = Probabilities(logits);
        if (past.Length == 0)
        {
            return model;
        }

        double[] similar = [.. past.Select(p => Math.Exp(theta * p.Hidden.Zip(h, (a, b) => (double)a * b).Sum()))];
        var cached = new double[Vocabulary];
        for (var i = 0; i < past.Length; i++)
        {
            cached[past[i].Next] += similar[i] / similar.Sum();
        }

        return [.. model.Zip(cached, (m, c) => ((1.0 - lambda) * m) + (lambda * c))];
    }

    private static double[] Probabilities(float[] logits)
    {
        var sum = logits.Sum(x => Math.Exp(x));
        return [.. logits.Select(x => Math.Exp(x) / sum)];
    }
}
