using System.Runtime.CompilerServices;

namespace LmCli.Score;

/// <summary>The lines of a stream, or of a file that grows.</summary>
internal static class LineSource
{
    private const int BufferSize = 1 << 16;

    /// <summary>The lines of a stream, each as soon as its line break has arrived, and what follows the last.</summary>
    public static async IAsyncEnumerable<string> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var splitter = new LineSplitter();
        var buffer = new byte[BufferSize];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            foreach (var line in splitter.Add(buffer.AsSpan(0, count)))
            {
                yield return line;
            }
        }

        if (splitter.Flush() is { } last)
        {
            yield return last;
        }
    }

    /// <summary>
    /// The lines of a file that grows, for ever, as <c>tail -F</c> reads them: a file that is missing is waited for,
    /// one that was renamed or deleted is read to its end before the new one of that name is opened, and one that was
    /// truncated is read from its beginning again. A line counts when its line break has been written; the unfinished
    /// line of a file that was replaced or truncated counts too.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="fromStart">Whether to read what the file already has; otherwise only what is added.</param>
    /// <param name="interval">Time between two looks at a file that has nothing new.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async IAsyncEnumerable<string> FollowAsync(
        string path,
        bool fromStart,
        TimeSpan interval,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var skip = !fromStart;
        var buffer = new byte[BufferSize];
        while (true)
        {
            using var file = FollowedFile.TryOpen(path);
            if (file is null)
            {
                skip = false; // what a new file has is new
                await Task.Delay(interval, time, cancellation);
                continue;
            }

            if (skip)
            {
                file.SkipToEnd();
                skip = false;
            }

            var splitter = new LineSplitter();
            var replaced = false;
            while (true)
            {
                var count = await file.ReadAsync(buffer, cancellation);
                foreach (var line in splitter.Add(buffer.AsSpan(0, count)))
                {
                    yield return line;
                }

                if (count > 0)
                {
                    continue;
                }

                if (replaced)
                {
                    break;
                }

                // Looked at once more after it was found to be replaced: its last lines may have come meanwhile.
                replaced = file.IsReplaced();
                if (file.RestartIfTruncated() && splitter.Flush() is { } cut)
                {
                    yield return cut;
                }

                if (!replaced)
                {
                    await Task.Delay(interval, time, cancellation);
                }
            }

            if (splitter.Flush() is { } last)
            {
                yield return last;
            }
        }
    }
}
