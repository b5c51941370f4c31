using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LmCli.Bench;

/// <summary>
/// How fast this machine repeatedly reads as many bytes as the weights have: a step that reads them once cannot be
/// faster. The size of the buffer determines which cache or memory is read, so it must be that of the weights.
/// </summary>
internal static class ReadBandwidth
{
    private const int Attempts = 7;
    private const double SecondsAnAttempt = 0.05;

    // Keeps the sums alive: the compiler removes a loop whose result is not used.
    private static float _sum;

    /// <param name="bytes">Size of the buffer, at least 64 bytes a thread.</param>
    /// <param name="threads">That read a part of it each.</param>
    /// <returns>Bytes per second, the best of several attempts: what disturbs a reading only slows it down.</returns>
    public static double Measure(long bytes, int threads)
    {
        var buffer = new float[bytes / sizeof(float)];
        Array.Fill(buffer, 1);
        var part = buffer.Length / threads;
        var time = TimeProvider.System;
        var begun = time.GetTimestamp();
        Read(buffer);
        var passes = Math.Max(1, (int)(SecondsAnAttempt / time.GetElapsedTime(begun).TotalSeconds));

        var best = 0.0;
        using var barrier = new Barrier(threads);
        void Reader(int index)
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                barrier.SignalAndWait();
                var start = time.GetTimestamp();
                for (var pass = 0; pass < passes; pass++)
                {
                    Read(buffer.AsSpan(index * part, part));
                }

                barrier.SignalAndWait();
                if (index == 0)
                {
                    best = Math.Max(
                        best,
                        (double)passes * part * threads * sizeof(float) / time.GetElapsedTime(start).TotalSeconds);
                }
            }
        }

        var others = Enumerable.Range(1, threads - 1).Select(i => new Thread(() => Reader(i))).ToList();
        others.ForEach(thread => thread.Start());
        Reader(0);
        others.ForEach(thread => thread.Join());
        return best;
    }

    /// <summary>Eight sums at once: a single one would wait for its addition, not for the memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<float>>(values);
        Vector512<float> a = default, b = default, c = default, d = default;
        Vector512<float> e = default, f = default, g = default, h = default;
        for (var i = 0; i <= vectors.Length - 8; i += 8)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
            e += vectors[i + 4];
            f += vectors[i + 5];
            g += vectors[i + 6];
            h += vectors[i + 7];
        }

        _sum += Vector512.Sum(a + b + c + d + (e + f + g + h));
    }
}
