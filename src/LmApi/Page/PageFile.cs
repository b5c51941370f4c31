using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace LmApi.Page;

/// <summary>A file of the page. It is part of the assembly, so the page is there wherever the service is started.</summary>
internal sealed class PageFile
{
    private const string Folder = "wwwroot/";

    private readonly Lazy<Coded> _plain;
    private readonly Lazy<Coded> _brotli;
    private readonly Lazy<Coded> _gzip;

    private PageFile(string name)
    {
        Name = name;
        ContentType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            var other => throw new NotSupportedException($"wwwroot has {name}, but no content type for {other}."),
        };
        // Compressed by the first request for it, in a few milliseconds.
        _plain = new(() => new(Read(), null));
        _brotli = new(() => new(Compress(output => new BrotliStream(output, CompressionLevel.Optimal)), "br"));
        _gzip = new(() => new(Compress(output => new GZipStream(output, CompressionLevel.SmallestSize)), "gzip"));
    }

    public static IReadOnlyList<PageFile> All { get; } =
    [
        .. typeof(PageFile).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => new PageFile(name[Folder.Length..])),
    ];

    public string Name { get; }

    public string ContentType { get; }

    /// <summary>The bytes in the best coding that the client accepts; browsers accept Brotli over HTTPS and from
    /// localhost.</summary>
    public Coded For(IList<StringWithQualityHeaderValue> accepted)
    {
        bool Accepts(string coding) => accepted.Any(value => value.Value == coding && value.Quality is not 0);
        return (Accepts("br") ? _brotli : Accepts("gzip") ? _gzip : _plain).Value;
    }

    private byte[] Read()
    {
        using var input = Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + Name)!;
        var bytes = new byte[input.Length];
        input.ReadExactly(bytes);
        return bytes;
    }

    private byte[] Compress(Func<Stream, Stream> compressor)
    {
        using var output = new MemoryStream();
        using (var compressed = compressor(output))
        {
            compressed.Write(_plain.Value.Bytes);
        }

        return output.ToArray();
    }

    /// <summary>A file as it is sent.</summary>
    internal sealed class Coded(byte[] bytes, string? coding)
    {
        public byte[] Bytes => bytes;

        private readonly EntityTagHeaderValue _tag =
            new($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"");

        public void Deconstruct(out byte[] content, out EntityTagHeaderValue tag, out string? contentCoding) =>
            (content, tag, contentCoding) = (bytes, _tag, coding);
    }
}
