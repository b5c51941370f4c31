using System.Buffers;
using System.Globalization;
using System.Text;
using LmModel.Files;
using UtfUnknown;

namespace LmModel.Corpora;

/// <summary>
/// Reads a file that is not UTF-8 text to its end and reports the first invalid position, the probable encoding, and
/// the command that converts the file to UTF-8.
/// </summary>
/// <remarks>
/// The important question is whether the whole file is in another encoding, or only a few bytes of a UTF-8 text are.
/// Converting the whole of such a text would ruin its valid parts. Therefore both valid characters and invalid bytes
/// are counted.
/// </remarks>
internal sealed class EncodingGuess
{
    private const int BlockBytes = 1 << 16;

    /// <summary>Number of characters of a line that are shown in the guessed encoding.</summary>
    private const int Shown = 40;

    // Counted by position modulo 4, which identifies UTF-16 and UTF-32.
    private readonly long[] _zeros = new long[4];
    private byte[] _beginning = [];
    private long _bytes;
    private long _line = 1;
    private long _column = 1;
    private long _lineStart;
    private long _controls;
    private long _valid;
    private long _invalid;
    private long _surrogates;
    private (string Text, long Byte, byte Value, long LineStart)? _first;
    private long _cutAtEnd;

    private long Zeros => _zeros.Sum();

    /// <param name="path">The file, for the message and the command.</param>
    /// <param name="open">Opens its bytes.</param>
    /// <param name="cancellation">Stops the reading between two blocks.</param>
    public static string Describe(string path, Func<Stream> open, CancellationToken cancellation)
    {
        using var stream = open();
        var guess = new EncodingGuess();
        guess.Read(stream, cancellation);
        return guess.Describe(path, ShellWord.Path(path), stream);
    }

    private void Read(Stream stream, CancellationToken cancellation)
    {
        var block = new byte[BlockBytes];
        var (count, ended) = (0, false);
        while (!ended)
        {
            cancellation.ThrowIfCancellationRequested();
            count += stream.ReadAtLeast(block.AsSpan(count), block.Length - count, throwOnEndOfStream: false);
            ended = count < block.Length;
            _beginning = _bytes == 0 ? block[..Math.Min(4, count)] : _beginning;
            var used = Look(block.AsSpan(0, count), ended);
            block.AsSpan(used, count - used).CopyTo(block);
            count -= used;
        }
    }

    /// <returns>Number of bytes that were examined; the rest may continue in the next block.</returns>
    private int Look(ReadOnlySpan<byte> block, bool final)
    {
        var index = 0;
        while (index < block.Length && (final || block.Length - index >= 4))
        {
            var rest = block[index..];
            var status = Rune.DecodeFromUtf8(rest, out var rune, out var length);
            if (status == OperationStatus.Done)
            {
                Valid(rune, length);
            }
            else
            {
                // A surrogate in three bytes, all of which a decoder rejects.
                var isSurrogate = rest is [0xED, >= 0xA0 and <= 0xBF, >= 0x80 and <= 0xBF, ..];
                length = isSurrogate ? 3 : length;
                _surrogates += isSurrogate ? 1 : 0;
                _cutAtEnd = status == OperationStatus.NeedMoreData ? length : 0;
                Invalid(rest[..length]);
            }

            _bytes += length;
            index += length;
        }

        return index;
    }

    private void Valid(Rune rune, int length)
    {
        _valid += length > 1 ? 1 : 0;
        if (rune.Value == 0)
        {
            _zeros[_bytes % 4]++;
            Remember(0);
        }

        _controls += rune.Value < ' ' && rune.Value is not (>= '\t' and <= '\r') ? 1 : 0;
        _column++;
        if (rune.Value == '\n')
        {
            (_line, _column, _lineStart) = (_line + 1, 1, _bytes + 1);
        }
    }

    private void Invalid(ReadOnlySpan<byte> bytes)
    {
        Remember(bytes[0]);
        _invalid += bytes.Length;
        _column++;
    }

    private void Remember(byte value) =>
        _first ??= (
            string.Create(
                CultureInfo.InvariantCulture,
                $"line {_line:N0}, column {_column:N0}, byte {_bytes:N0}, 0x{value:X2}"),
            _bytes,
            value,
            _lineStart);

    private string Describe(string path, string quoted, Stream stream)
    {
        string Convert(string encoding, string reading = "") =>
            $"It looks like {encoding}{reading}; convert it first: iconv -f {encoding} -t UTF-8 {quoted} "
                + "> converted.txt";

        var place = _first?.Text;
        if (Wide() is { } wide)
        {
            return $"{path} is not UTF-8, as {place} shows. {Convert(wide)}";
        }

        if (Zeros > 0 && _invalid == 0 && !DocumentScan.AreTooMany(_controls, _bytes))
        {
            return $"{path} is not text: {Count(Zeros, "zero byte")}, the first at {place}. "
                + $"To remove them: tr -d '\\000' < {quoted} > converted.txt";
        }

        var sample = Sample(stream);
        var (detected, encoding) = Detect(sample);
        if (_invalid == 0 && detected is not null)
        {
            return $"{path} is not plain text. {Convert(detected)}";
        }

        if (Zeros > 0 || _controls * 20 > _bytes || _invalid == 0)
        {
            return $"{path} looks binary: {Count(_controls, "control character")} other than white space in "
                + $"{Count(_bytes, "byte")}"
                + (place is null ? ". " : $"; the first that is not text is at {place}. ")
                + "Save the text that it contains as a UTF-8 file.";
        }

        if (_cutAtEnd == _invalid && (_valid > 0 || _cutAtEnd > 1))
        {
            return $"{path} ends inside a character, which begins at {place}. It may have been truncated. "
                + $"To remove that beginning: head -c {_first!.Value.Byte} {quoted} > converted.txt";
        }

        return _surrogates * 3 == _invalid ? Surrogates(path, quoted)
            : IsMixed(encoding!, sample) ? Mixed(path, quoted)
            : $"{path} is not UTF-8: no character begins at {place}. "
              + Convert(detected!, $", in which that line begins \"{Reading(encoding!, sample)}\"");
    }

    /// <summary>
    /// In a text in another encoding, some bytes are also valid UTF-8 by chance: hardly any in Western European
    /// encodings, a few in other single-byte encodings, and many in East Asian encodings. Other byte sequences are
    /// hardly ever valid in the latter.
    /// </summary>
    private bool IsMixed(Encoding detected, ReadOnlySpan<byte> sample) =>
        _valid > _invalid
        || (detected.IsSingleByte
            ? _valid * (detected.CodePage == Western.CodePage ? 20 : 4) >= _invalid
            : _valid > 0 && !IsValid(detected, sample));

    private static bool IsValid(Encoding encoding, ReadOnlySpan<byte> sample)
    {
        var strict = CodePagesEncodingProvider.Instance.GetEncoding(
            encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
        try
        {
            // The sample may end in the middle of a character.
            strict.GetDecoder().GetCharCount(sample, flush: false);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private string Mixed(string path, string quoted)
    {
        var (place, _, value, _) = _first!.Value;
        var meant = Western.GetString([value]);
        return $"{path} is UTF-8, with {Count(_invalid, "stray byte")} beside {Count(_valid, "valid character")} of "
            + "several bytes. "
            + $"The first is at {place}{(char.IsControl(meant, 0) ? "" : $", which is {meant} in Windows-1252")}. "
            + "To convert stray bytes from Windows-1252 and change nothing else (the rest of a truncated character "
            + "becomes U+FFFD): "
            + """perl -MEncode -CO -pe '$_ = decode("utf8", $_, """
            + """sub { @_ > 1 ? "\x{FFFD}" : decode("cp1252", chr $_[0]) }); """
            + """tr/\x{D800}-\x{DFFF}\x{110000}-\x{7FFFFFFF}/\x{FFFD}/' """
            + $"{quoted} > converted.txt";
    }

    private string Surrogates(string path, string quoted) =>
        $"{path} is not UTF-8: {Count(_surrogates, "surrogate")} of three bytes, the first at {_first!.Value.Text}. "
            + "It looks like CESU-8, which writes a character above U+FFFF as two of them. "
            + "To join each pair and change nothing else: "
            + """perl -pe 's/\xED([\xA0-\xAF])([\x80-\xBF])\xED([\xB0-\xBF])([\x80-\xBF])/"""
            + """my @b = map { 63 & ord } $1, $2, $3, $4; """
            + """my $c = chr(0x10000 + (($b[0] & 15) << 16 | $b[1] << 10 | ($b[2] & 15) << 6 | $b[3])); """
            + """utf8::encode($c); $c/ge' """
            + $"{quoted} > converted.txt";

    private static string Count(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}{(number == 1 ? "" : "s")}");

    /// <summary>UTF-16 or UTF-32, recognized by its byte order mark or by the positions of zeros; null for anything
    /// else.</summary>
    private string? Wide()
    {
        if (_beginning is [0xFF, 0xFE, 0, 0] or [0, 0, 0xFE, 0xFF])
        {
            return "UTF-32";
        }

        if (_beginning is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return "UTF-16";
        }

        if (_bytes >= 8 && _zeros[3] >= _bytes / 4 && _zeros[2] * 10 >= _zeros[3] * 9)
        {
            return "UTF-32LE";
        }

        if (_bytes >= 8 && _zeros[0] >= _bytes / 4 && _zeros[1] * 10 >= _zeros[0] * 9)
        {
            return "UTF-32BE";
        }

        // In texts of most scripts, at least spaces and line ends have a zero as their other byte. If there are only a
        // few zeros, the rest must not be valid UTF-8.
        var (even, odd) = (_zeros[0] + _zeros[2], _zeros[1] + _zeros[3]);
        var least =
            Zeros * 3 >= _bytes || _invalid > 0 || (_controls - Zeros) * 10 > _bytes
                ? Math.Max(2, _bytes / 200)
                : long.MaxValue;
        return odd >= least && even <= odd / 10 ? "UTF-16LE"
            : even >= least && odd <= even / 10 ? "UTF-16BE"
            : null;
    }

    /// <summary>The bytes from the beginning of the line with the first invalid position; if the line is long, from
    /// that position.</summary>
    private ReadOnlySpan<byte> Sample(Stream stream)
    {
        stream.Position =
            _first is not { } first ? 0
            : first.Byte - first.LineStart < BlockBytes / 4 ? first.LineStart
            : first.Byte;
        var sample = new byte[BlockBytes];
        return sample.AsSpan(0, stream.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false));
    }

    /// <returns>The encoding and its name for iconv; null if the file may be plain text.</returns>
    private (string? Name, Encoding? Encoding) Detect(ReadOnlySpan<byte> sample)
    {
        var name = CharsetDetector.DetectFromBytes(sample.ToArray()).Detected?.EncodingName;
        var encoding = name is null ? null : CodePagesEncodingProvider.Instance.GetEncoding(name);
        if (_invalid == 0)
        {
            // Of the encodings whose bytes are also valid UTF-8, only ISO 2022 uses control characters, to switch the
            // alphabet.
            return name?.StartsWith("iso-2022", StringComparison.Ordinal) is true
                ? (name.ToUpperInvariant(), encoding)
                : (null, null);
        }

        if (encoding is not null && encoding.GetString(sample) != Western.GetString(sample))
        {
            return (name!.ToUpperInvariant().Replace("X-MAC-", "MAC-", StringComparison.Ordinal), encoding);
        }

        // Windows-1252 has printable characters, such as curly quotation marks, where Latin-1 has control characters.
        return (sample.ContainsAnyInRange((byte)0x80, (byte)0x9F) ? "WINDOWS-1252" : "ISO-8859-1", Western);
    }

    /// <summary>The beginning of the first line.</summary>
    private static string Reading(Encoding encoding, ReadOnlySpan<byte> sample)
    {
        var text = encoding.GetString(sample);
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return string.Concat(text[..Math.Min(Shown, end < 0 ? text.Length : end)].Where(c => !char.IsControl(c)));
    }

    private static Encoding Western { get; } = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
}
