using System.Runtime.CompilerServices;
using System.Text.Json;
using LmApi.Infrastructure.Problems;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LmApi.Infrastructure.Bodies;

/// <summary>
/// Reads JSON bodies: each within <see cref="HttpLimits.MaxBodyBytes"/> and
/// <see cref="HttpLimits.BodySeconds"/>, all together within <see cref="HttpLimits.BodiesMiB"/>.
/// </summary>
/// <remarks>
/// Memory is allocated as bytes arrive, never because they were announced. It is not pooled, because a pool would keep
/// it after a flood.
/// </remarks>
internal sealed class BodyReader(IOptions<HttpLimits> options, TimeProvider time)
{
    // A body of the maximum size must be readable, whatever the other option says.
    private readonly BodyBudget _budget = new(
        (long)options.Value.MaxConnections * BodyBudget.Beginning,
        Math.Max((long)options.Value.BodiesMiB << 20, options.Value.MaxBodyBytes + 1L));

    /// <summary>Bytes of memory that bodies take at the moment.</summary>
    public long BytesHeld => _budget.Held;

    /// <summary>Returns the result of <paramref name="parse"/>; the memory of the body is free when this
    /// completes.</summary>
    /// <exception cref="ProblemException">400, 408, 413, 415, 429, or what <paramref name="parse"/> throws.</exception>
    public async Task<T> ReadAsync<T>(HttpRequest request, Func<JsonElement, T> parse)
    {
        BodyHeaders.RequireJson(request.Headers);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.BodySeconds), time);
        var aborted = request.HttpContext.RequestAborted;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, aborted);
        var announced = request.ContentLength;
        var buffer = Array.Empty<byte>();
        var (count, held) = (0, 0);
        try
        {
            while (count != announced)
            {
                if (count == buffer.Length)
                {
                    held = Reserve(held, announced);
                    Array.Resize(ref buffer, held);
                }

                var read = await ReadAsync(request, buffer.AsMemory(count), end.Token);
                if (read == 0)
                {
                    break;
                }

                count += read;
                if (count > options.Value.MaxBodyBytes)
                {
                    throw TooLarge(announced);
                }
            }

            using var json = JsonBody.Parse(buffer.AsMemory(0, count));
            return parse(json.RootElement);
        }
        finally
        {
            _budget.Return(held);
        }
    }

    /// <summary>
    /// The lines of a body of any length as they arrive, without their line breaks; empty ones are left out. A line
    /// has the limits of a body, except that it may come at any time.
    /// </summary>
    /// <returns>Each is valid until the next one is asked for.</returns>
    /// <exception cref="ProblemException">400, 413, 415 or 429.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(
        HttpRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        BodyHeaders.RequireUncompressed(request.Headers);
        var buffer = Array.Empty<byte>();
        var (count, held) = (0, 0);
        try
        {
            while (true)
            {
                if (count == buffer.Length)
                {
                    held = Reserve(held, announced: null);
                    Array.Resize(ref buffer, held);
                }

                var read = await ReadLineAsync(request, buffer.AsMemory(count), cancellation);
                var (start, filled) = (0, count + read);
                int length;
                while ((length = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0)
                {
                    if (length > 0)
                    {
                        yield return buffer.AsMemory(start, length);
                    }

                    start += length + 1;
                }

                count = filled - start;
                buffer.AsSpan(start, count).CopyTo(buffer);
                if (read == 0)
                {
                    break;
                }

                if (count > options.Value.MaxBodyBytes)
                {
                    throw TooLarge(announced: null);
                }
            }

            if (count > 0)
            {
                yield return buffer.AsMemory(0, count);
            }
        }
        finally
        {
            _budget.Return(held);
        }
    }

    /// <summary>Reserves memory for up to twice the bytes that a body has, and returns how many that is.</summary>
    private int Reserve(int held, long? announced)
    {
        var most = options.Value.MaxBodyBytes;
        if (announced > most)
        {
            throw TooLarge(announced);
        }

        var length = (int)Math.Min(announced ?? most + 1L, Math.Max(BodyBudget.Beginning, 2L * held));
        if (_budget.TryGrow(held, length))
        {
            return length;
        }

        var seconds = options.Value.RetryAfterSeconds;
        var detail = $"The memory for bodies that are being read is full; retry in {seconds} s.";
        throw new ProblemException(ProblemKind.Overloaded.With(detail) with { RetryAfterSeconds = seconds });
    }

    private ProblemException TooLarge(long? announced)
    {
        var most = options.Value.MaxBodyBytes;
        var size = announced is null ? $"more than {most}" : $"{announced}";
        return new(ProblemKind.BodyTooLarge.With($"The body may have {most} bytes; given: {size}."));
    }

    private static async Task<int> ReadLineAsync(
        HttpRequest request, Memory<byte> target, CancellationToken cancellation)
    {
        try
        {
            return await request.Body.ReadAsync(target, cancellation);
        }
        catch (Exception exception) when (IsMalformed(exception) && !cancellation.IsCancellationRequested)
        {
            throw new ProblemException(ProblemKind.BadRequest.With($"The body cannot be read: {exception.Message}"));
        }
    }

    private async Task<int> ReadAsync(HttpRequest request, Memory<byte> target, CancellationToken end)
    {
        var aborted = request.HttpContext.RequestAborted;
        try
        {
            return await request.Body.ReadAsync(target, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            throw new ProblemException(ProblemKind.RequestTimeout.With(
                $"The body must arrive within {options.Value.BodySeconds} s."));
        }
        catch (Exception exception) when (IsMalformed(exception) && !aborted.IsCancellationRequested)
        {
            throw new ProblemException(ProblemKind.BadRequest.With($"The body cannot be read: {exception.Message}"));
        }
    }

    /// <summary>
    /// What the server throws for framing that it cannot read differs by the fault: IOException, InvalidDataException,
    /// InvalidOperationException and others, besides its own BadHttpRequestException, which says its status by itself.
    /// </summary>
    private static bool IsMalformed(Exception exception) => exception is not (
        BadHttpRequestException or OperationCanceledException or ConnectionResetException or OutOfMemoryException);
}
