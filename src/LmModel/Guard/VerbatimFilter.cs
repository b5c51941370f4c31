using System.Numerics;

namespace LmModel.Guard;

/// <summary>
/// Remembers which runs of tokens a training text has, without the text: a Bloom filter (Bloom 1970) over the hashes of
/// all of them, for MemFree decoding (Ippolito et al. 2022, "Preventing Verbatim Memorization in Language Models Gives a
/// False Sense of Privacy", arXiv 2210.17546). It never misses a run, and takes a run that is not in the text for one
/// with <see cref="FalsePositiveRate"/>.
/// </summary>
/// <remarks>
/// It holds runs that are <see cref="Overlap"/> − 1 tokens shorter than <see cref="Least"/>. A run of that length
/// contains three of them, and counts as copied if all three are found: one lookup is wrong once in 32 times, three in a
/// row once in 32,768, and that takes 7 bits for a token of the text instead of 22. A longer run contains more of them,
/// so one filter serves every length from <see cref="Least"/> on. Immutable and safe for concurrent use.
/// </remarks>
internal sealed class VerbatimFilter
{
    /// <summary>The smallest <see cref="Least"/>: still shorter runs are in every text.</summary>
    public const int MinLeast = 4;

    /// <summary>The greatest length of a run that can be refused.</summary>
    public const int MaxRun = 1024;

    /// <summary>Number of held runs in a run of <see cref="Least"/> tokens.</summary>
    public const int Overlap = 3;

    /// <summary>Bits that are set for a run.</summary>
    public const int Hashes = 5;

    /// <summary>Hashes / ln 2: half of the bits are set, and 1 lookup in 2⁵ is wrong.</summary>
    public const double BitsPerRun = 7.2135;

    private readonly ulong[] _words;
    private readonly ulong _bits;

    /// <param name="least"><see cref="Least"/>.</param>
    /// <param name="runs"><see cref="Runs"/>.</param>
    /// <param name="words">The bits, 64 a word; owned by the filter.</param>
    /// <param name="weightsSha256"><see cref="WeightsSha256"/>.</param>
    public VerbatimFilter(int least, long runs, ulong[] words, string weightsSha256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, MinLeast);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(least, MaxRun);
        ArgumentOutOfRangeException.ThrowIfZero(words.Length);
        (Least, Runs, WeightsSha256) = (least, runs, weightsSha256);
        (_words, _bits) = (words, 64 * (ulong)words.Length);
        var set = words.Sum(word => (long)BitOperations.PopCount(word));
        FalsePositiveRate = Math.Pow(set / (double)_bits, Hashes * Overlap);
    }

    /// <summary>The shortest run that can be refused, in tokens.</summary>
    public int Least { get; }

    /// <summary>Number of runs that were added, repeated ones included.</summary>
    public long Runs { get; }

    /// <summary>The weights that were trained on the text: SHA-256 of their file, lower-case hexadecimal.</summary>
    public string WeightsSha256 { get; }

    /// <summary>
    /// The probability that <see cref="HasRun"/> is true for <see cref="Least"/> tokens of which the text has no part.
    /// </summary>
    public double FalsePositiveRate { get; }

    /// <summary>The bits, 64 a word.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Tokens of the runs that are held.</summary>
    private int Held => HeldFor(Least);

    public static int HeldFor(int least) => least - Overlap + 1;

    /// <summary>Adds a run to the bits of a filter that is being made.</summary>
    /// <param name="words">The bits.</param>
    /// <param name="run">As long as the runs that the filter holds.</param>
    public static void Add(Span<ulong> words, ReadOnlySpan<int> run)
    {
        var (place, step) = Hash(run);
        for (var i = 0; i < Hashes; i++, place += step)
        {
            var bit = Bit(place, 64 * (ulong)words.Length);
            words[(int)(bit / 64)] |= 1UL << (int)(bit % 64);
        }
    }

    /// <summary>Whether the training text has this run; sometimes true although it has not.</summary>
    /// <param name="run">At least <see cref="Least"/> tokens.</param>
    /// <remarks>
    /// The end is looked up first: most runs are new there, so this seldom takes more than one lookup.
    /// </remarks>
    public bool HasRun(ReadOnlySpan<int> run)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(run.Length, Least);
        for (var start = run.Length - Held; start >= 0; start--)
        {
            if (!Holds(run.Slice(start, Held)))
            {
                return false;
            }
        }

        return true;
    }

    private bool Holds(ReadOnlySpan<int> run)
    {
        var (place, step) = Hash(run);
        for (var i = 0; i < Hashes; i++, place += step)
        {
            var bit = Bit(place, _bits);
            if ((_words[bit / 64] & (1UL << (int)(bit % 64))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Two hashes that give all others (Kirsch and Mitzenmacher 2006): the first bit and the step.</summary>
    private static (ulong Place, ulong Step) Hash(ReadOnlySpan<int> run)
    {
        var hash = 0UL;
        foreach (var token in run)
        {
            hash = (hash ^ (uint)token) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
        }

        return (Mix(hash), Mix(~hash) | 1);
    }

    /// <summary>The last steps of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }

    /// <summary>A hash as a fraction of 2⁶⁴, times the number of bits.</summary>
    private static ulong Bit(ulong hash, ulong bits) => Math.BigMul(hash, bits, out _);
}
