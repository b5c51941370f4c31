using System.Globalization;

namespace LmModel.Generation;

/// <summary>
/// How what followed similar states of the same text is mixed into the predictions; in range by construction. See
/// <see cref="NeuralCache"/>.
/// </summary>
public sealed record NeuralCacheSettings
{
    /// <summary>The largest <see cref="Size"/>: with H = 512 its states take 200 MB.</summary>
    public const int MaxSize = 100_000;

    /// <summary>The largest <see cref="Theta"/>: already for much smaller values only the most similar position
    /// counts.</summary>
    public const float MaxTheta = 1000;

    /// <param name="size">Positions remembered, from 1 to <see cref="MaxSize"/>.</param>
    /// <param name="theta">θ, from 0 to <see cref="MaxTheta"/>.</param>
    /// <param name="lambda">λ, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its range; the message says
    /// which.</exception>
    public NeuralCacheSettings(int size, float theta, float lambda)
    {
        Require(
            size is >= 1 and <= MaxSize,
            size,
            nameof(size),
            string.Create(CultureInfo.InvariantCulture, $"from 1 to {MaxSize}"));
        Require(
            theta is >= 0 and <= MaxTheta,
            theta,
            nameof(theta),
            string.Create(CultureInfo.InvariantCulture, $"from 0 to {MaxTheta}"));
        Require(lambda is >= 0 and < 1, lambda, nameof(lambda), "at least 0 and below 1");
        (Size, Theta, Lambda) = (size, theta, lambda);
    }

    /// <summary>How many of the last positions of the text are remembered.</summary>
    public int Size { get; }

    /// <summary>How strongly similarity counts; with 0 all positions count the same.</summary>
    public float Theta { get; }

    /// <summary>The weight of the cache in the mixture; 0 is the model alone.</summary>
    public float Lambda { get; }

    private static void Require<T>(bool holds, T value, string name, string range)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The {name} of a neural cache must be {range}.");
        }
    }
}
