using System.IO.Pipes;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LmCli.Terminal;

/// <summary>
/// Standard output that notices when it can no longer be written, as in <c>lm generate … | head</c>: then the command
/// is interrupted, and what it still writes is dropped, so that a training can save.
/// </summary>
internal sealed class StandardOutput : Stream
{
    // EIO, of a terminal that was closed.
    private const int TerminalClosed = 5;

    private readonly Stream _stream;
    private readonly Interruption _interruption;
    private bool _ended;

    private StandardOutput(Stream stream, Interruption interruption) =>
        (_stream, _interruption) = (stream, interruption);

    /// <summary>
    /// Why it could not be written, such as a full disk; null if it was written, or if nobody reads it.
    /// </summary>
    public IOException? Failure { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gives <see cref="Console.Out"/> this stream, in UTF-8.</summary>
    public static StandardOutput Install(Interruption interruption)
    {
        var output = new StandardOutput(Open(), interruption);
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Console.SetOut(new StreamWriter(output, encoding) { AutoFlush = true });
        return output;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_ended)
        {
            return;
        }

        try
        {
            _stream.Write(buffer);
        }
        catch (IOException e)
        {
            _ended = true;
            Failure = _stream is PipeStream || e.HResult == TerminalClosed ? null : e;
            _interruption.OutputEnded();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>A pipe by itself, as the console's own stream does not tell that its reader has gone.</summary>
    private static Stream Open()
    {
        if (!OperatingSystem.IsWindows())
        {
            try
            {
                return new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(1, ownsHandle: false));
            }
            catch (Exception e) when (e is IOException or ArgumentException)
            {
                // It is not a pipe.
            }
        }

        return Console.OpenStandardOutput();
    }
}
